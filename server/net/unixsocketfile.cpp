// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/unixsocketfile.h"

#include <QFile>

#include <utility>

namespace semper {

UnixSocketFile::UnixSocketFile(QString path)
    : m_path(std::move(path))
    , m_file(fileIdentity(m_path))
{
    connect(&m_watch, &PathWatch::touched, this, [this] {
        if (!isThere())
            Q_EMIT lost();
    });
    m_watch.watch({m_path});
}

UnixSocketFile::~UnixSocketFile()
{
    if (isThere())
        QFile::remove(m_path);
}

} // namespace semper
