// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpccall.h"

#include "services/rpc/rpcsession.h"

#include <QJsonArray>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

RpcCall::RpcCall(Facts facts, std::weak_ptr<RpcSession> session)
    : m_facts(std::move(facts))
    , m_session(std::move(session))
{ }

RpcCall::~RpcCall() = default;
RpcCall::RpcCall(const RpcCall &) = default;
RpcCall::RpcCall(RpcCall &&) noexcept = default;
RpcCall &RpcCall::operator=(const RpcCall &) = default;
RpcCall &RpcCall::operator=(RpcCall &&) noexcept = default;

QJsonValue RpcCall::argument(qsizetype position, QAnyStringView name) const
{
    if (!m_facts.params.isArray())
        return m_facts.params.toObject().value(name.toString());
    const QJsonArray list = m_facts.params.toArray();
    return position < list.size() ? list.at(position) : QJsonValue(QJsonValue::Undefined);
}

QJsonValue RpcCall::needed(qsizetype position, QAnyStringView name) const
{
    QJsonValue value = argument(position, name);
    if (value.isUndefined())
        throw RpcError(RpcError::invalidParams, u"Invalid params"_s,
            u"\"%1\" is missing"_s.arg(name.toString()));
    return value;
}

QString RpcCall::neededString(qsizetype position, QAnyStringView name) const
{
    const QJsonValue value = needed(position, name);
    if (!value.isString())
        throw RpcError(RpcError::invalidParams, u"Invalid params"_s,
            u"\"%1\" must be a string"_s.arg(name.toString()));
    return value.toString();
}

void RpcCall::requireToken() const
{
    if (m_facts.authenticated)
        return;
    throw RpcError(RpcError::authenticationNeeded,
        m_facts.showedWrongToken ? u"authentication failed"_s : u"authentication needed"_s);
}

bool RpcCall::authenticate(const QByteArray &token) const
{
    const auto session = m_session.lock();
    return session && session->authenticate(token);
}

} // namespace semper
