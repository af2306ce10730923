// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QtGlobal>

namespace semper {

/// Which of the server's descriptors a launch gets a copy of. Fork copies the whole table, and exec
/// closes the copies one by one, so that each launch would cost the more the more processes there
/// are. While an object of this lives, the thread's next child copies only what was not set aside:
/// it is made with the server's own table (CLONE_FILES) and, before anything else, parts from it
/// below that (CLOSE_RANGE_UNSHARE). Its pidfd is set aside. Source: clone(2), close_range(2).
///
/// QProcess makes its child itself: so the program's clone() is this library's own, see there.
/// Where QProcess forks otherwise, and where the low numbers are used up by what nobody set aside,
/// everything is copied, as ever.
class SEMPER_SERVER_EXPORT LaunchDescriptors
{
public:
    /// The child needs the descriptors up to \a highest, and what is opened for it from now on.
    /// Where it cannot part from the server's table, it ends, and that is written to \a report.
    LaunchDescriptors(int highest, int report);
    ~LaunchDescriptors();
    /// Why no child could be made since then, an errno; 0: nothing is known of that.
    [[nodiscard]] static int error();
    Q_DISABLE_COPY_MOVE(LaunchDescriptors)
};

} // namespace semper
