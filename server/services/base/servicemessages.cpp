// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/base/servicemessages.h"

#include "boundary/processmail.h"

#include <QCoroFuture>
#include <QPromise>

#include <memory>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Answer = ProcessMail::Answer;

QCoro::Task<QJsonObject> answerOf(
    ProcessMail *mail, MailAddress to, QJsonObject payload, std::chrono::milliseconds timeout)
{
    if (!mail)
        throw RequestError(
            RequestError::Reason::Unknown, u"%1: this service runs alone"_s.arg(to.process));
    const auto promise = std::make_shared<QPromise<Answer>>();
    promise->start();
    // What is awaited is resumed from the event loop, wherever the answer comes from.
    mail->ask(to, payload, timeout, [promise](const Answer &answer) {
        promise->addResult(answer);
        promise->finish();
    });
    const QFuture<Answer> future = promise->future();
    const Answer answer = co_await future;
    if (const auto *error = std::get_if<RequestError>(&answer))
        throw RequestError(*error);
    co_return std::get<QJsonObject>(answer);
}

} // namespace

ServiceMessages::ServiceMessages() = default;

ServiceMessages::~ServiceMessages() = default;

void ServiceMessages::setMail(ProcessMail *mail, const QString &service)
{
    m_mail = mail;
    m_service = service;
}

SendResult ServiceMessages::send(QAnyStringView process, const QJsonObject &payload)
{
    if (!m_mail)
        return {.refused = 1, .reason = RequestError::Reason::Unknown};
    return m_mail->send({.service = m_service, .process = process.toString()}, payload);
}

SendResult ServiceMessages::send(QAnyStringView process, int instance, const QJsonObject &payload)
{
    if (!m_mail)
        return {.refused = 1, .reason = RequestError::Reason::Unknown};
    return m_mail->send(
        {.service = m_service, .process = process.toString(), .instance = instance}, payload);
}

QCoro::Task<QJsonObject> ServiceMessages::ask(
    QAnyStringView process, QJsonObject payload, std::chrono::milliseconds timeout)
{
    return answerOf(
        m_mail, {.service = m_service, .process = process.toString()}, std::move(payload), timeout);
}

QCoro::Task<QJsonObject> ServiceMessages::ask(
    QAnyStringView process, int instance, QJsonObject payload, std::chrono::milliseconds timeout)
{
    return answerOf(m_mail,
        {.service = m_service, .process = process.toString(), .instance = instance},
        std::move(payload), timeout);
}

RequestHandler<ProcessRequest> ServiceMessages::requestHandler(const QString &process) const
{
    return m_handlers.value(process, m_handlers.value(QString()));
}

} // namespace semper
