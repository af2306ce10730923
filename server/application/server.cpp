// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/server.h"

#include "application/supervisionthread.h"
#include "boundary/crossing.h"
#include "serviceloop/servicehouse.h"

#include <semper/serverapplication.h>

#include <QCoreApplication>
#include <QScopeGuard>

#include <utility>

namespace semper {

std::variant<int, QString> runServer(
    ServerApplication &application, const ServerConfig &config, const RuntimeOptions &options)
{
    Crossing toServices;
    SupervisionThread supervision(config, options, toServices);
    if (auto error = supervision.open())
        return *std::move(error);
    ServiceHouse services(application, supervision.access(), toServices);
    const auto close = qScopeGuard([&toServices] { toServices.close(); }); // before they are gone
    if (auto error = services.listen())
        return *std::move(error);
    QObject::connect(&supervision, &SupervisionThread::ended, &services, [&services](int exitCode) {
        services.sayFarewell();
        QMetaObject::invokeMethod(
            &services, [exitCode] { QCoreApplication::exit(exitCode); }, Qt::QueuedConnection);
    });
    if (auto error = supervision.launch(services))
        return *std::move(error);
    return QCoreApplication::exec();
}

} // namespace semper
