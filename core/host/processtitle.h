// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QString>

#include <string>
#include <vector>

namespace semper {

/// The title of this program in `ps` and `top`. Takes over the memory that the kernel shows as
/// the command line: after the first set(), the caller's argv is no longer to be read.
class ProcessTitle
{
public:
    /// \a argv is main()'s own.
    ProcessTitle(int argc, char **argv);

    /// A copy of the arguments as they were.
    [[nodiscard]] const std::vector<std::string> &arguments() const { return m_arguments; }

    /// Shows \a title: cut to 15 bytes as the thread's name, and to the length of the original
    /// command line as that.
    void set(const QString &title);

    /// Shows the arguments without the last one. Before the first set() only.
    void dropLast();

private:
    std::vector<std::string> m_arguments;
    char *m_memory;
    std::size_t m_size; ///< of the arguments as they stand in memory, one after the other
};

} // namespace semper
