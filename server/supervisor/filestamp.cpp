// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/filestamp.h"

#include <QFile>

#include <utility>

namespace semper {

FileStamp::FileStamp(QString path)
    : m_path(std::move(path))
    , m_then(look())
{ }

bool FileStamp::isCurrent() const
{
    const auto now = look();
    if (!now || !m_then)
        return now.has_value() == m_then.has_value();
    return now->st_dev == m_then->st_dev && now->st_ino == m_then->st_ino
        && now->st_size == m_then->st_size && now->st_mtim.tv_sec == m_then->st_mtim.tv_sec
        && now->st_mtim.tv_nsec == m_then->st_mtim.tv_nsec;
}

std::optional<struct ::stat> FileStamp::look() const
{
    struct ::stat found
    { };
    if (::stat(QFile::encodeName(m_path).constData(), &found) != 0)
        return std::nullopt;
    return found;
}

} // namespace semper
