// SPDX-License-Identifier: LGPL-3.0-or-later
#include "files/filestamp.h"

#include <QByteArrayList>
#include <QFile>

#include <utility>

#include <sys/stat.h>

namespace semper {

namespace {

QByteArray markOf(const QString &path)
{
    struct stat found = {};
    if (::stat(QFile::encodeName(path).constData(), &found) != 0)
        return {};
    return QByteArrayList{QByteArray::number(qulonglong(found.st_dev)),
        QByteArray::number(qulonglong(found.st_ino)), QByteArray::number(qlonglong(found.st_size)),
        QByteArray::number(qlonglong(found.st_mtim.tv_sec)),
        QByteArray::number(qlonglong(found.st_mtim.tv_nsec))}
        .join(':');
}

} // namespace

FileStamp::FileStamp(QString path)
    : m_path(std::move(path))
    , m_mark(markOf(m_path))
{ }

FileStamp::FileStamp(QString path, QByteArray mark)
    : m_path(std::move(path))
    , m_mark(std::move(mark))
{ }

bool FileStamp::isCurrent() const
{
    return markOf(m_path) == m_mark;
}

} // namespace semper
