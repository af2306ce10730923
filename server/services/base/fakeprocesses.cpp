// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/base/fakeprocesses.h"

#include "boundary/processmail.h"
#include "services/base/servicecontext.h"

#include <semper/service.h>

#include <QHash>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QCoro::Task<QJsonObject> answered(
    RequestHandler<ProcessRequest> handler, ProcessRequest request, QString service)
{
    if (!handler)
        throw RequestError(RequestError::Reason::Unhandled,
            u"service %1 answers no requests of its processes"_s.arg(service));
    co_return co_await handler(std::move(request));
}

} // namespace

class FakeProcesses::Mail : public ProcessMail
{
public:
    virtual ~Mail() = default;

    SendResult send(const MailAddress &to, const QJsonObject &payload) override
    {
        messages[to.process].append(payload);
        return {.sent = 1};
    }

    void ask(const MailAddress &to, const QJsonObject &payload, std::chrono::milliseconds,
        Done done) override
    {
        const Handler handler = handlers.value(to.process);
        if (!handler)
            return done(RequestError(RequestError::Reason::Unknown,
                u"%1: the test has no handler for it"_s.arg(to.process)));
        try {
            done(handler(payload));
        } catch (const RequestError &error) {
            done(error);
        }
    }

    QHash<QString, Handler> handlers;
    QHash<QString, QList<QJsonObject>> messages;
};

FakeProcesses::FakeProcesses(Service &service)
    : m_service(service)
    , m_mail(std::make_unique<Mail>())
{
    service.setContext({.mail = m_mail.get()});
}

FakeProcesses::~FakeProcesses()
{
    m_service.setContext({});
}

void FakeProcesses::setHandler(QAnyStringView process, Handler handler)
{
    m_mail->handlers[process.toString()] = std::move(handler);
}

QList<QJsonObject> FakeProcesses::messages(QAnyStringView process) const
{
    return m_mail->messages.value(process.toString());
}

QCoro::Task<QJsonObject> FakeProcesses::ask(
    QAnyStringView process, const QJsonObject &payload, int instance)
{
    const QString name = process.toString();
    return answered(m_service.requestHandler(name),
        {.process = name, .instance = instance, .payload = payload}, m_service.name());
}

void FakeProcesses::sendMessage(QAnyStringView process, const QJsonObject &payload, int instance)
{
    Q_EMIT m_service.messageReceived(process.toString(), instance, payload);
}

} // namespace semper
