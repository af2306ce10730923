// SPDX-License-Identifier: GPL-3.0-or-later
// semper-door-bench [RESTARTS]: how much longer a restart takes while clients press on a door.
#include "support/pressure.h"

#include <QCoreApplication>
#include <QList>

#include <cstdio>
#include <cstdlib>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int usualRestarts = 200;
constexpr int ordinaryClients = 20;
const QByteArray request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const QByteArray health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

QByteArray batch()
{
    constexpr int calls = 100;
    const QByteArray call = R"({"jsonrpc":"2.0","method":"server.info","id":1})";
    return '[' + QByteArrayList(calls, call).join(',') + "]\n";
}

struct Door
{
    const char *name;
    QString service; ///< empty: control
    int connections;
    QByteArray request;
};

QString portOf(RunningServer &server, const QString &service)
{
    return QString::number(
        (service.isEmpty() ? server.control() : server.serviceAddress(service)).port());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int restarts = argc > 1 ? std::atoi(argv[1]) : usualRestarts;
    Pressure pressure(
        {{u"rpc"_s, QJsonObject{{u"type"_s, u"rpc"_s}, {u"listen"_s, u"127.0.0.1:0"_s}}}});
    if (!pressure.start()) {
        std::fprintf(stderr, "the server does not start:\n%s\n",
            pressure.server().log().toUtf8().constData());
        return EXIT_FAILURE;
    }
    const QList<Door> doors{{"HTTP service", u"http"_s, 250, request},
        {"control", QString(), 200, health}, {"JSON-RPC, batches", u"rpc"_s, 250, batch()}};
    std::puts("restart, median        quiet    pressed  ratio   longest  watchdog's longest gap");
    for (const Door &door : doors) {
        const Pressure::Figures quiet = pressure.measure(restarts);
        const Crowd half{.address = portOf(pressure.server(), door.service),
            .connections = door.connections / 2,
            .manner = u"pipeline"_s,
            .request = door.request};
        const Crowd ordinary{.address = portOf(pressure.server(), u"http"_s),
            .connections = ordinaryClients,
            .manner = u"ask"_s,
            .request = request};
        const Pressure::Figures pressed = pressure.measure(restarts, {half, half, ordinary});
        std::printf("%-20s %6.1f ms  %6.1f ms  %5.1f  %6.0f ms  %6.0f ms\n", door.name,
            quiet.medianRestart, pressed.medianRestart, pressed.medianRestart / quiet.medianRestart,
            pressed.longestRestart, pressed.longestGap);
    }
    return EXIT_SUCCESS;
}
