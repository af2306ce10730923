// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "files/filestamp.h"
#include "spec/environmentfile.h"
#include "supervision/instant.h"

#include <semper/semper_server_export.h>

#include <QList>
#include <QString>

#include <memory>
#include <optional>

#include <sys/types.h>

namespace semper {

class BoundedWork;
struct EnvironmentReading;

/// The "environment_file" of one launch, as readEnvironmentFile() reads it, for a thread that must
/// not wait for a file system. It is read elsewhere, after it was first asked for; launches that
/// want the same one share readings. One that does not answer within a second is an error, and
/// until it does so is every further reading of it, at once. Supervision's thread.
class SEMPER_SERVER_EXPORT AwaitedEnvironment
{
public:
    /// Null once there is a result. Else what has to be over() before it is asked for again.
    [[nodiscard]] std::shared_ptr<BoundedWork> await(
        const QString &path, std::optional<uid_t> owner);
    [[nodiscard]] const EnvironmentResult &result() const { return m_result; }
    /// What the file was like right before it was read; nothing where it was not.
    [[nodiscard]] const std::optional<FileStamp> &stamp() const { return m_stamp; }

private:
    std::optional<Instant> m_askedAt;
    std::shared_ptr<EnvironmentReading> m_reading; ///< that it waits for, or has waited for
    EnvironmentResult m_result;
    std::optional<FileStamp> m_stamp;
};

/// Why \a files are not those that they were, in a sentence that names the first: "... has changed
/// since it was started"; empty: they are. A file system that does not answer within 100 ms is told
/// likewise. All calls together wait for 200 ms, and in the long run for a hundredth of the time.
/// Supervision's thread.
[[nodiscard]] SEMPER_SERVER_EXPORT QString changeAmong(const QList<FileStamp> &files);

} // namespace semper
