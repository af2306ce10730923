// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace semper {

/// The step on the way to its program that failed in a child: written, as it is, to the pipe that
/// the server reads. Server and semper-launch are built together, so it has no version.
struct ChildFault
{
    enum class Step : int {
        None,
        Helper, ///< to execute semper-launch
        Order, ///< semper-launch does not understand what it is told
        Cgroup,
        Limit,
        Nice,
        Keyring,
        Groups,
        Group,
        User,
        Directory,
        Search, ///< no folder of PATH has the program
        Execute,
    };
    Step step = Step::None;
    int error = 0; ///< errno
    int resource = 0; ///< of Limit
    long long value = 0; ///< what could not be set; of User, Group: the id
};

/// Where a program is looked for without a PATH.
inline constexpr char defaultSearchPath[] = "/usr/local/bin:/usr/bin:/bin";

/// Stands before every variable in the environment of semper-launch, but for the launch's mark, so
/// that no C library and no loader takes heed of any (LD_PRELOAD, GLIBC_TUNABLES): it may be root,
/// and they somebody else's. Taken away before the program gets them.
inline constexpr char variablePrefix = '=';

/// What `ps` calls it until the program is executed.
inline constexpr char launchProgramName[] = "semper-launch";

} // namespace semper
