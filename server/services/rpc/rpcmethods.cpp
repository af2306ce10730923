// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcmethods.h"

#include "net/heldbytes.h"
#include "rpc/swoftroute.h"

#include <semper/task.h>

#include <QLoggingCategory>

#include <exception>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRpcMethods, "semper.server.rpc", QtInfoMsg)

/// The caller learns nothing of it: what a handler throws may name what is nobody's business.
RpcError internal(const QString &method, const char *what)
{
    qCWarning(logRpcMethods, "the method %ls threw: %s", qUtf16Printable(method), what);
    return {RpcError::internalError, u"Internal error"_s};
}

RpcOutcome outcomeOf(const std::function<QJsonValue(const RpcCall &)> &handler, const RpcCall &call)
{
    try {
        return handler(call);
    } catch (const RpcError &error) {
        return error;
    } catch (const std::exception &error) {
        return internal(call.method(), error.what());
    } catch (...) {
        return internal(call.method(), "something that is no std::exception");
    }
}

/// Holds what the handler's coroutine refers to until that is over.
QCoro::Task<> await(std::shared_ptr<const RpcHandler> handler, RpcCall call, RpcMethods::Done done)
{
    RpcOutcome outcome = QJsonValue(QJsonValue::Null);
    try {
        outcome = co_await std::get<1>(*handler)(call);
    } catch (const RpcError &error) {
        outcome = error;
    } catch (const std::exception &error) {
        outcome = internal(call.method(), error.what());
    } catch (...) {
        outcome = internal(call.method(), "something that is no std::exception");
    }
    done(outcome);
}

} // namespace

bool RpcMethods::add(const QString &name, RpcHandler handler)
{
    if (name.isEmpty() || name.startsWith("rpc."_L1))
        return false;
    m_handlers.insert(name, std::make_shared<const RpcHandler>(std::move(handler)));
    return true;
}

QString RpcMethods::find(const QString &called, RpcDialect dialect) const
{
    if (m_handlers.contains(called))
        return called;
    const QString meant = dialect == RpcDialect::Swoft ? methodOfSwoftRoute(called) : QString();
    return m_handlers.contains(meant) ? meant : QString();
}

void RpcMethods::call(const RpcCall &call, const Done &done, int mostAbandoned) const
{
    const std::shared_ptr<const RpcHandler> handler = m_handlers.value(call.method());
    if (const auto *atOnce = std::get_if<0>(handler.get()))
        done(outcomeOf(*atOnce, call));
    else if (m_abandoned >= mostAbandoned
        || (m_abandonedBytes > 0 && m_abandonedBytes >= HeldBytes::budget().strangers))
        done(RpcError(RpcError::tooManyCalls, u"too many calls are under way"_s));
    else
        await(handler, call, done);
}

} // namespace semper
