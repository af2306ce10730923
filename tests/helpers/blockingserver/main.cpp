// SPDX-License-Identifier: GPL-3.0-or-later
// blocking-server: takes the options of `semper serve`. GET /block/MS blocks the event loop of the
// services for so long. GET /exit/CODE ends that loop. GET /child/CODE starts a child in a session
// of its own, which ends with CODE, and answers with the exit code that this program saw. GET
// /clients tells how many clients came, as an object saw it that is older than the server. A
// message {"ask": true} of the process "babbler" has the service ask that process, and wait for the
// answer in an event loop of the slot; GET /answers tells how many came.
#include "babbler.h"

#include <semper/httpservice.h>
#include <semper/serverapplication.h>

#include <QCoreApplication>
#include <QCoro/QCoroProcess>
#include <QProcess>
#include <QThread>

#include <chrono>
#include <cstdio>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QCoro::Task<QString> exitCodeOfAChild(QString code)
{
    QProcess child;
    child.setChildProcessModifier([] { ::setsid(); });
    child.setProgram(u"/bin/sh"_s);
    child.setArguments({u"-c"_s, u"exit "_s + code});
    const auto ended = qCoro(child).start();
    co_await ended;
    const auto over = qCoro(child).waitForFinished();
    co_await over;
    co_return child.exitStatus() == QProcess::NormalExit ? QString::number(child.exitCode())
                                                         : u"lost"_s;
}

} // namespace

int main(int argc, char *argv[])
{
    QObject older; // is the program's, like everything before exec()
    int clients = 0;
    int answers = 0;
    const int code = semper::exec(argc, argv, [&](semper::ServerApplication &app) {
        auto &http = app.addService<semper::HttpService>(u"http"_s, {.listen = u"127.0.0.1:0"_s});
        QObject::connect(&http, &semper::Service::connectionOpened, &older, [&] { ++clients; });
        http.route(u"/block/<arg>"_s, [](const QString &ms) {
            QThread::msleep(ms.toULong());
            return u"blocked"_s;
        });
        http.route(u"/exit/<arg>"_s, [](const QString &ending) {
            QCoreApplication::exit(ending.toInt());
            return u"ends"_s;
        });
        http.route(u"/child/<arg>"_s,
            [](const QString &ending) -> QCoro::Task<QString> { return exitCodeOfAChild(ending); });
        http.route(u"/clients"_s, [&clients] { return QString::number(clients); });
        http.route(u"/answers"_s, [&answers] { return QString::number(answers); });
        http.addProcess<Babbler>(u"babbler"_s);
        QObject::connect(&http, &semper::Service::messageReceived, &older,
            [&](const QString &from, int, const QJsonObject &message) {
                if (message.value(u"ask").toBool()
                    && QCoro::waitFor(http.ask(from, {}, 10s)).value(u"heard").toBool())
                    ++answers;
            });
    });
    std::printf("exec() returned %d\n", code);
    return code;
}
