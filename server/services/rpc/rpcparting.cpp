// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcparting.h"

#include <QPointer>
#include <QTimer>

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto patience = 30s;

} // namespace

RpcParting::RpcParting(std::shared_ptr<RpcConversation> conversation,
    std::unique_ptr<SocketOutput> output, const Terms &terms, std::shared_ptr<TurnLine> line,
    QObject *parent)
    : QObject(parent)
    , m_conversation(std::move(conversation))
    , m_output(std::move(output))
    , m_held([this] { return heldBytes(); }, [this] { deleteLater(); })
    , m_turn(std::move(line), [this] { return doPiece(); })
{
    if (terms.isTrusted)
        m_held.setTrusted();
    m_held.grew(0);
    m_output->setNeeded(true);
    m_conversation->setWrite([this, maximumBytes = terms.maximumBytes](const QByteArray &bytes) {
        if (m_output->unsent() > 0 && m_output->unsent() + bytes.size() > maximumBytes)
            return deleteLater();
        m_output->write(bytes);
    });
    m_conversation->session().setCallEnded([this] { m_turn.askLater(); });
    connect(m_output.get(), &SocketOutput::written, this, [this] { m_turn.askLater(); });
    connect(m_output.get(), &SocketOutput::failed, this, &QObject::deleteLater);
    QTimer::singleShot(patience, this, &QObject::deleteLater);
    m_turn.askLater();
}

RpcParting::~RpcParting()
{
    m_conversation->setWrite({});
    m_conversation->session().setCallEnded({});
}

qint64 RpcParting::heldBytes() const
{
    return m_conversation->heldBytes() + m_conversation->session().heldBytes() + m_output->unsent();
}

bool RpcParting::doPiece()
{
    const QPointer<RpcParting> self(this); // This may end while a handler lets the loop turn.
    const bool isDone = goOn();
    if (self)
        m_held.grew(0);
    return isDone;
}

/// Begins one call, or takes one message. True: there may be more.
bool RpcParting::goOn()
{
    const auto conversation = m_conversation; // It goes with this, and has the session.
    if (conversation->session().beginCall() || conversation->step())
        return true;
    if (m_conversation->wantsMore() && !std::exchange(m_finished, true)) {
        m_conversation->finish();
        return true;
    }
    if (m_conversation->session().underWay() == 0 && m_output->unsent() == 0)
        deleteLater();
    return false;
}

} // namespace semper
