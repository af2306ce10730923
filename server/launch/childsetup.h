// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launcher.h"
#include "launch/program/childfault.h"

#include <QByteArray>

#include <vector>

#include <sys/types.h>

namespace semper {

/// Ends the child that this runs in, on its way to exec: \a step, with errno, is written to the
/// descriptor \a report.
[[noreturn, gnu::no_sanitize_address]] void endChild(int report, ChildFault::Step step);

/// The way of a child to its program: what is done between fork and exec, where it shares the
/// server's memory and the server waits for it, and the order for semper-launch, which does all
/// else in a process of its own. So the server waits for nothing but the exec of semper-launch,
/// under its own user.
class ChildSetup
{
public:
    struct Descriptors
    {
        int helper; ///< of semper-launch
        int report; ///< where faults are written to
        int program = -1; ///< executed in place of the request's path; -1: that is
    };
    ChildSetup(const LaunchRequest &request, const Descriptors &descriptors);

    /// Runs in the child, in the server's memory: system calls on values that were prepared before,
    /// nothing else. Does not return: what fails ends the child, and is told.
    /// AddressSanitizer must not mark its frame, which is on the server's stack and is never left.
    [[noreturn, gnu::no_sanitize_address]] void apply() const noexcept;

private:
    void addOrder(const ChildSettings &settings, const QByteArray &directory);
    void addWord(QByteArray word) { m_words.push_back(std::move(word)); }

    std::vector<QByteArray> m_words; ///< of semper-launch's command line
    std::vector<QByteArray> m_variables;
    std::vector<char *> m_arguments; ///< the same, for execve(2)
    std::vector<char *> m_environment;
    Descriptors m_descriptors;
    int m_output; ///< becomes standard output and error
    int m_hub; ///< stays open under its number; -1: there is none
    pid_t m_server;
};

} // namespace semper
