# SPDX-License-Identifier: LGPL-3.0-or-later
# Precompiled headers: what nearly every source of this project includes and nobody here changes.
# Each source still includes what it uses itself. -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds
# without them, and the analysers always do.

set(semper_precompiled_headers
    <algorithm> <array> <cerrno> <chrono> <functional> <memory> <optional> <stdexcept> <utility>
    <variant> <vector>
    <fcntl.h> <unistd.h>
    <QByteArray> <QCoreApplication> <QDateTime> <QDeadlineTimer> <QDir> <QElapsedTimer> <QFile>
    <QFileInfo> <QHash> <QJsonArray> <QJsonDocument> <QJsonObject> <QList> <QLoggingCategory> <QMap>
    <QObject> <QPointer> <QRegularExpression> <QScopeGuard> <QSet> <QSocketNotifier> <QString>
    <QStringList> <QTimer> <QUrl>)

# semper_precompile_headers(<target> [<header>...]): the above and those of the target's own.
function(semper_precompile_headers target)
    target_precompile_headers(${target} PRIVATE ${semper_precompiled_headers} ${ARGN})
endfunction()
