// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/server.h"

#include "application/supervisionthread.h"
#include "boundary/crossing.h"
#include "serviceloop/servicehouse.h"

#include <semper/serverapplication.h>

#include <QCoreApplication>
#include <QScopeGuard>

#include <optional>
#include <utility>

namespace semper {

namespace {

/// Until everything has stopped: a handler that ends the event loop, by QCoreApplication::quit(),
/// has only asked for that.
int runUntil(const std::optional<int> &ended, SupervisionThread &supervision)
{
    int own = 0; // what a handler wants the program to end with
    for (;;) {
        const int code = QCoreApplication::exec();
        if (ended)
            return *ended == 0 ? own : *ended;
        own = code;
        supervision.stop();
    }
}

} // namespace

std::variant<int, QString> runServer(
    ServerApplication &application, const ServerConfig &config, const RuntimeOptions &options)
{
    Crossing toServices;
    SupervisionThread supervision(config, options, toServices);
    if (auto error = supervision.open())
        return *std::move(error);
    ServiceHouse services(application, supervision.access(), toServices);
    const auto part = qScopeGuard([&] { // before they are gone
        supervision.partFromServices();
        toServices.close();
    });
    if (auto error = services.listen())
        return *std::move(error);
    std::optional<int> ended;
    QObject::connect(&supervision, &SupervisionThread::ended, &services, [&](int exitCode) {
        ended = exitCode;
        services.sayFarewell();
        QMetaObject::invokeMethod(
            &services, [exitCode] { QCoreApplication::exit(exitCode); }, Qt::QueuedConnection);
    });
    if (auto error = supervision.launch(services))
        return *std::move(error);
    return runUntil(ended, supervision);
}

} // namespace semper
