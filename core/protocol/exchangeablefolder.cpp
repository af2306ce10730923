// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/exchangeablefolder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStringList>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

std::optional<QString> faultOf(const QString &path)
{
    struct stat found = {};
    if (::lstat(QFile::encodeName(path).constData(), &found) != 0)
        return std::nullopt;
    if (found.st_uid != 0)
        return u"%1 belongs to uid %2"_s.arg(path).arg(found.st_uid);
    // In a folder with the sticky bit each may only move what is his own.
    if (S_ISDIR(found.st_mode) && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0
        && (found.st_mode & S_ISVTX) == 0)
        return u"%1 may be written by others"_s.arg(path);
    return std::nullopt;
}

/// From "/" on.
std::optional<QString> faultOnTheWayTo(const QString &path)
{
    QString way;
    for (const QString &name : path.split(u'/')) {
        if (way != u"/"_s)
            way += u'/';
        way += name;
        if (auto fault = faultOf(way))
            return fault;
    }
    return std::nullopt;
}

} // namespace

std::optional<QString> exchangeableFolder(const QString &path)
{
    const QString named = QDir::cleanPath(QFileInfo(path).absoluteFilePath());
    if (auto fault = faultOnTheWayTo(named))
        return fault;
    // By way of symbolic links it may lead elsewhere.
    QString existing = named;
    while (existing != u"/"_s && !QFileInfo::exists(existing))
        existing = QFileInfo(existing).path();
    return faultOnTheWayTo(QFileInfo(existing).canonicalFilePath());
}

} // namespace semper
