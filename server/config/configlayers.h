// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configerror.h"
#include "spec/serverconfig.h"

#include <semper/semper_server_export.h>

#include <QList>
#include <QMap>
#include <QString>

namespace semper {

/// A file that only moves a listener does not take its TLS away: what \a spec has none of stays as
/// in \a program, by name of the listener; the service's own has none.
SEMPER_SERVER_EXPORT void keepProgrammed(
    const QMap<QString, ListenerSpec> &program, ServiceSpec &spec);

/// \a processes over \a ground, by name.
[[nodiscard]] SEMPER_SERVER_EXPORT QMap<QString, ProcessSpec> laidOver(
    const QMap<QString, ProcessSpec> &processes, QMap<QString, ProcessSpec> ground);

/// Lays the services of \a config over those of \a program.
SEMPER_SERVER_EXPORT void layOverProgram(const QList<ServiceSpec> &program, ServerConfig &config);

/// What does not fit between \a program and \a config, which was laid over it.
[[nodiscard]] SEMPER_SERVER_EXPORT ConfigErrors overlayErrors(
    const QList<ServiceSpec> &program, const ServerConfig &config);

} // namespace semper
