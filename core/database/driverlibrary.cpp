// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/driverlibrary.h"

#include <QCoreApplication>
#include <QFile>
#include <QStringList>

#include <dlfcn.h>

using namespace Qt::StringLiterals;

namespace semper {

void *findInDriver(const QString &file, const char *name)
{
    const QStringList folders = QCoreApplication::libraryPaths();
    for (const QString &folder : folders) {
        const QByteArray path = QFile::encodeName(folder + u"/sqldrivers/"_s + file);
        void *plugin = ::dlopen(path.constData(), RTLD_LAZY | RTLD_NOLOAD);
        if (!plugin)
            continue;
        void *function = ::dlsym(plugin, name);
        ::dlclose(plugin); // Qt keeps it loaded
        return function;
    }
    return nullptr;
}

} // namespace semper
