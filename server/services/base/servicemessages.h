// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/requesterror.h>
#include <semper/requesthandler.h>
#include <semper/semper_server_export.h>
#include <semper/sendresult.h>
#include <semper/task.h>

#include <QHash>
#include <QJsonObject>
#include <QString>

#include <chrono>
#include <utility>

namespace semper {

class ProcessMail;

/// What a user process asks its service.
struct ProcessRequest
{
    QString process;
    int instance = 0;
    QJsonObject payload;
};

/// What a Service and its user processes have to say to each other. A process that is being
/// restarted, waits for another, or reads slowly, has a queue: up to 256 messages and requests of
/// 1 MiB together wait for each instance and are delivered in order. What was on its way into a
/// process that dies is lost with it, and never sent twice. The services' thread; no call blocks.
class SEMPER_SERVER_EXPORT ServiceMessages
{
public:
    static constexpr std::chrono::milliseconds defaultTimeout{5000};

    ServiceMessages();
    virtual ~ServiceMessages();
    Q_DISABLE_COPY_MOVE(ServiceMessages)

    /// Sends \a payload to every instance of \a process, or to one. Tells what became of it: of a
    /// full queue the sender learns here, and nowhere else.
    [[nodiscard]] SendResult send(QAnyStringView process, const QJsonObject &payload);
    [[nodiscard]] SendResult send(QAnyStringView process, int instance, const QJsonObject &payload);

    /// What \a process answers to \a payload: one of its instances, a ready one if there is, and of
    /// those the one with the fewest requests; or \a instance. Asks when called, waits when
    /// awaited. Throws RequestError where there is no answer: after \a timeout, or at once where
    /// none can come any more. Whoever awaits it must expect that this service is gone afterwards.
    [[nodiscard]] QCoro::Task<QJsonObject> ask(QAnyStringView process, QJsonObject payload,
        std::chrono::milliseconds timeout = defaultTimeout);
    [[nodiscard]] QCoro::Task<QJsonObject> ask(QAnyStringView process, int instance,
        QJsonObject payload, std::chrono::milliseconds timeout = defaultTimeout);

    /// Has \a handler, a function or coroutine of a (const ProcessRequest &), answer what the user
    /// processes of this service ask: with a QJsonObject. What it throws the process is told, a
    /// RequestError with its code and data. Up to 64 requests of one instance are under way at
    /// once, those of its earlier launches included; the next is refused.
    template <class Handler>
    void onRequest(Handler handler)
    {
        onRequest(QAnyStringView(), std::move(handler));
    }
    /// The same for the process of this name alone, before the one for all.
    template <class Handler>
    void onRequest(QAnyStringView process, Handler handler)
    {
        m_handlers[process.toString()] = detail::requestHandler<ProcessRequest>(std::move(handler));
    }
    /// The handler for \a process; null where there is none. For the server.
    [[nodiscard]] RequestHandler<ProcessRequest> requestHandler(const QString &process) const;

protected:
    /// \a mail may be null: then there is nobody to talk to.
    void setMail(ProcessMail *mail, const QString &service);

private:
    ProcessMail *m_mail = nullptr;
    QString m_service;
    QHash<QString, RequestHandler<ProcessRequest>> m_handlers; ///< "" for all
};

} // namespace semper
