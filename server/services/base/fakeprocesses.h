// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>
#include <semper/task.h>

#include <QJsonObject>
#include <QList>
#include <QString>

#include <functional>
#include <memory>

namespace semper {

class Service;

/// The user processes of a service, for tests of its own code: answers what it asks, keeps what it
/// sends, and asks it. No process runs.
/// \code
/// semper::HttpService shop(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
/// semper::FakeProcesses processes(shop);
/// processes.setHandler(u"prices"_s, [](const QJsonObject &) { return QJsonObject{{u"eur"_s, 5}};
/// }); setUpRoutes(shop); QCOMPARE(shop.listen(), std::nullopt); // shop.addresses() has the port
/// \endcode
class SEMPER_SERVER_EXPORT FakeProcesses
{
public:
    using Handler = std::function<QJsonObject(const QJsonObject &payload)>;

    /// \a service must outlive it, and has no processes once it is gone.
    explicit FakeProcesses(Service &service);
    ~FakeProcesses();
    Q_DISABLE_COPY_MOVE(FakeProcesses)

    /// Answers what is asked of \a process, whichever instance: by what it returns, or the
    /// RequestError that it throws. A process without a handler is Unknown.
    void setHandler(QAnyStringView process, Handler handler);
    /// What the service sent to \a process, oldest first. One without a handler takes messages too.
    [[nodiscard]] QList<QJsonObject> messages(QAnyStringView process) const;

    /// \a process asks the service: what its handler for requests returns or throws. Throws
    /// RequestError, Unhandled, where it has none.
    [[nodiscard]] QCoro::Task<QJsonObject> ask(
        QAnyStringView process, const QJsonObject &payload, int instance = 0);
    /// \a process sends the service a message: Service::messageReceived.
    void sendMessage(QAnyStringView process, const QJsonObject &payload, int instance = 0);

private:
    class Mail;

    Service &m_service;
    std::unique_ptr<Mail> m_mail;
};

} // namespace semper
