// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "protocol/growingdelay.h"
#include "rpc/rpcframereader.h"
#include "rpcsocket.h"

#include <semper/clock.h>
#include <semper/rpcclient.h>
#include <semper/task.h>

#include <QJsonValue>
#include <QMap>
#include <QObject>
#include <QString>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace semper {

class TaskScope;
class Suspension;
struct RpcAnswer;

/// The calls of an RpcClient over a stream of bytes, and the connection for them.
class RpcChannel : public QObject
{
    Q_OBJECT
public:
    RpcChannel(TaskScope &scope, const QUrl &address, RpcClientOptions options);
    ~RpcChannel() override;

    [[nodiscard]] static QCoro::Task<QJsonValue> perform(
        std::shared_ptr<RpcChannel> channel, RpcRequest request, bool isNotification);

private:
    /// What is awaited stands in the frame of the awaiting coroutine.
    struct Call
    {
        QByteArray bytes; ///< until they are sent
        Suspension *over = nullptr;
        QJsonValue *result = nullptr;
        bool isAnswered = true;
        std::chrono::milliseconds sentAt{0};
    };

    [[nodiscard]] bool isSwoft() const { return m_options.framing == RpcFraming::Swoft; }
    void begin(qint64 id, const Call &call);
    /// The await of \a id is over, however it ended.
    void forget(qint64 id);
    /// \a id had no answer in time.
    void suspectAfter(qint64 id);
    void openWhenDue();
    void greet();
    void sendWaiting();
    void receive(const QByteArray &bytes);
    void take(const QByteArray &message);
    void end(qint64 id, const RpcAnswer &answer);
    void connectionClosed(const QString &why);
    [[nodiscard]] static std::exception_ptr failure(
        RpcTransportError::Kind kind, const QString &text);

    TaskScope &m_scope;
    RpcClientOptions m_options;
    RpcSocket m_socket;
    std::unique_ptr<Clock::Timer> m_retry;
    std::unique_ptr<Clock::Timer> m_patience; ///< with the connection that is being made
    std::chrono::milliseconds m_notBefore{
        0}; ///< by the clock: when to connect again at the earliest
    std::chrono::milliseconds m_lastHeard{0};
    /// Grows with each connection in a row on which no answer came.
    GrowingDelay m_delay
        = GrowingDelay::ofConnection(std::chrono::milliseconds(100), std::chrono::seconds(5));
    QString m_problem; ///< why the last connection ended
    std::optional<RpcFrameReader> m_reader; ///< of the connection that is open
    qint64 m_lastId = 0;
    QMap<qint64, Call> m_waiting; ///< not sent, oldest first
    QMap<qint64, Call> m_sent; ///< and not answered
};

} // namespace semper
