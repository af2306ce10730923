// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/surroundings.h"

#include "protocol/socketpath.h"
#include "spec/cpuquota.h"
#include "spec/serverconfig.h"

#include <QDir>
#include <QFile>

#include <unistd.h>

namespace semper {

Surroundings Surroundings::real(const QString &directory)
{
    const auto environment = [](const QString &name) -> std::optional<QString> {
        const QByteArray key = QFile::encodeName(name);
        if (!qEnvironmentVariableIsSet(key.constData()))
            return std::nullopt;
        return qEnvironmentVariable(key.constData());
    };
    return {.directory = directory,
        .environment = environment,
        .defaultNode = semper::defaultNode(),
        .stateDirectory = defaultStateDirectory,
        .socketPath = defaultSocketPath,
        .processorCount = usableProcessors(),
        .root = ::geteuid() == 0};
}

QString Surroundings::absolute(const QString &path) const
{
    return QDir::cleanPath(QDir(directory).absoluteFilePath(path));
}

} // namespace semper
