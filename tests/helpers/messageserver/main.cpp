// SPDX-License-Identifier: GPL-3.0-or-later
// message-server: takes the options of `semper serve`. GET /send/PROCESS/COUNT/BYTES sends numbered
// messages, GET /ask/PROCESS/INSTANCE/WHAT/MS asks; INSTANCE may be "any".
#include <semper/httpservice.h>
#include <semper/serverapplication.h>

#include "talker.h"

#include <QCoroTimer>
#include <QJsonArray>

#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QJsonObject sendMessages(semper::Service &service, const QString &process, int count, int bytes)
{
    static int last = 0;
    QJsonArray kept;
    QJsonArray sent;
    QJsonArray refused;
    QString reason;
    for (int i = 0; i < count; ++i) {
        const semper::SendResult result
            = service.send(process, {{u"n"_s, ++last}, {u"filling"_s, QString(bytes, u'x')}});
        (result.refused > 0 ? refused : result.kept > 0 ? kept : sent).append(last);
        if (result.reason)
            reason = semper::RequestError(*result.reason, {}).reasonName();
    }
    return {{u"sent"_s, sent}, {u"kept"_s, kept}, {u"refused"_s, refused}, {u"reason"_s, reason}};
}

QCoro::Task<QJsonObject> askProcess(
    semper::Service &service, QString process, QString instance, QString what, int timeout)
{
    QJsonObject question;
    question.insert(u"do"_s, what);
    if (what == u"oversized")
        question.insert(u"filling"_s, QString(100'000, u'x'));
    const std::chrono::milliseconds limit(timeout);
    const bool any = instance == u"any";
    QJsonObject told;
    try {
        QJsonObject answer;
        if (any)
            answer = co_await service.ask(process, question, limit);
        else
            answer = co_await service.ask(process, instance.toInt(), question, limit);
        told.insert(u"answer"_s, answer);
    } catch (const semper::RequestError &error) {
        told.insert(u"error"_s, error.reasonName());
        told.insert(u"detail"_s, QString::fromUtf8(error.what()));
        told.insert(u"code"_s, error.code());
        told.insert(u"data"_s, error.data());
    }
    co_return told;
}

QCoro::Task<QJsonObject> answer(const semper::ProcessRequest &request)
{
    const QString what = request.payload.value(u"do").toString();
    if (what == u"throw")
        throw std::out_of_range("no such customer");
    if (what == u"refuse")
        throw semper::RequestError(u"sold_out"_s, u"come tomorrow"_s, request.payload);
    if (what == u"hang")
        co_await QCoro::sleepFor(10min);
    QJsonObject reply;
    reply.insert(u"asked_by"_s, u"%1:%2"_s.arg(request.process).arg(request.instance));
    if (what == u"big")
        reply.insert(u"text"_s, QString(100'000, u'x'));
    co_return reply;
}

} // namespace

int main(int argc, char *argv[])
{
    return semper::exec(argc, argv, [](semper::ServerApplication &app) {
        auto &http = app.addService<semper::HttpService>(u"http"_s, {.listen = u"127.0.0.1:0"_s});
        http.route(u"/send/<arg>/<arg>/<arg>"_s,
            [&http](const QString &process, const QString &count, const QString &bytes) {
                return sendMessages(http, process, count.toInt(), bytes.toInt());
            });
        http.route(u"/ask/<arg>/<arg>/<arg>/<arg>"_s,
            [&http](const QString &process, const QString &instance, const QString &what,
                const QString &ms) -> QCoro::Task<QJsonObject> {
                return askProcess(http, process, instance, what, ms.toInt());
            });
        http.onRequest(&answer);
        http.addProcess<Talker>(u"talker"_s);
    });
}
