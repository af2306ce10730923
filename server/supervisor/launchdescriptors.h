// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QtGlobal>

namespace semper {

struct ChildFault;

/// Moves \a descriptor, one of many that live long, to one of the numbers that LaunchDescriptors
/// keeps from children, close-on-exec. Returns its new number, or the one it has where it cannot
/// be moved. Does not block; any thread.
[[nodiscard]] SEMPER_SERVER_EXPORT int setAside(int descriptor);

/// Which of the server's descriptors a launch gets a copy of. Fork copies the whole table, and exec
/// closes the copies one by one, so that each launch would cost the more the more processes there
/// are. While an object of this lives, the thread's next child copies only what was not set aside:
/// it is made with the server's own table (CLONE_FILES) and, before anything else, parts from it
/// below that (CLOSE_RANGE_UNSHARE, Linux 5.9, clone(2), close_range(2)). Its pidfd is set aside.
///
/// QProcess makes its child itself: so the program's clone() is this library's own, see there.
/// Where that does not come to pass (an older kernel, a forbidden call, a QProcess that forks
/// otherwise, or too many descriptors that nobody set aside), everything is copied, as ever.
class LaunchDescriptors
{
public:
    /// The child needs the descriptors up to \a highest, and what is opened for it from now on.
    /// \a fault is told when it could not part from the server's table; it ends then.
    LaunchDescriptors(int highest, ChildFault *fault);
    ~LaunchDescriptors();
    Q_DISABLE_COPY_MOVE(LaunchDescriptors)
};

} // namespace semper
