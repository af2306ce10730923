// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include <sys/stat.h>

namespace semper {

/// What a file was like when it was looked at, to see later whether it is another one.
class FileStamp
{
public:
    /// Looks at \a path; that it is not there is remembered like anything else.
    explicit FileStamp(QString path);

    [[nodiscard]] const QString &path() const { return m_path; }
    /// The same file, and nothing was written to it since. One system call.
    [[nodiscard]] bool isCurrent() const;

private:
    [[nodiscard]] std::optional<struct ::stat> look() const;

    QString m_path;
    std::optional<struct ::stat> m_then; ///< nothing: it was not there
};

} // namespace semper
