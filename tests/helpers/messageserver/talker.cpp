// SPDX-License-Identifier: GPL-3.0-or-later
#include "talker.h"

#include <semper/requesterror.h>

#include <QFile>

#include <csignal>
#include <stdexcept>
#include <vector>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

void count(QJsonObject &outcomes, const QString &outcome)
{
    outcomes.insert(outcome, outcomes.value(outcome).toInt() + 1);
}

QCoro::Task<> askOnce(semper::Process &process, QJsonObject question, QJsonObject &outcomes)
{
    try {
        static_cast<void>(co_await process.ask(question, 5s));
        count(outcomes, u"answered"_s);
    } catch (const semper::RequestError &error) {
        count(outcomes, error.reasonName());
    }
}

} // namespace

QCoro::Task<> Talker::run(semper::Process &process)
{
    const QString path = process.settings().value(u"file").toString();
    connect(&process, &semper::Process::messageReceived, this, [path](const QJsonObject &message) {
        QFile file(path);
        if (file.open(QIODevice::Append))
            file.write(u"%1 %2\n"_s.arg(::getpid()).arg(message[u"n"].toInt()).toLatin1());
    });
    process.onRequest(
        [this, &process](const QJsonObject &request) { return answer(process, request); });
    while (true)
        co_await process.sleep(1h);
}

QCoro::Task<QJsonObject> Talker::answer(semper::Process &process, QJsonObject request)
{
    const QString what = request.value(u"do").toString();
    if (what == u"throw")
        throw std::out_of_range("no such order");
    if (what == u"refuse")
        throw semper::RequestError(u"sold_out"_s, u"come tomorrow"_s, request);
    if (what == u"die")
        ::raise(SIGKILL);
    if (what == u"hang")
        co_await process.sleep(1h);
    if (what == u"big") {
        QJsonObject big;
        big.insert(u"text"_s, QString(100'000, u'x'));
        co_return big;
    }
    if (what == u"flood")
        co_return co_await flood(process);
    if (what.startsWith(u"ask-")) {
        QJsonObject question;
        question.insert(u"do"_s, what.mid(4));
        try {
            co_return co_await process.ask(question, 5s);
        } catch (const semper::RequestError &error) {
            QJsonObject told;
            told.insert(u"error"_s, error.reasonName());
            told.insert(u"detail"_s, QString::fromUtf8(error.what()));
            told.insert(u"code"_s, error.code());
            told.insert(u"data"_s, error.data());
            co_return told;
        }
    }
    QJsonObject reply;
    reply.insert(u"instance"_s, process.instance());
    reply.insert(u"pid"_s, qint64(::getpid()));
    co_return reply;
}

QCoro::Task<QJsonObject> Talker::flood(semper::Process &process)
{
    QJsonObject question;
    question.insert(u"do"_s, u"hang"_s);
    QJsonObject outcomes;
    std::vector<QCoro::Task<>> tasks;
    for (int i = 0; i < 200; ++i)
        tasks.push_back(askOnce(process, question, outcomes));
    for (QCoro::Task<> &task : tasks)
        co_await task;
    co_return outcomes;
}
