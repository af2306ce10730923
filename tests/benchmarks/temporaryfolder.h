// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace semper::bench {

/// A folder that goes with its owner. In memory where that can be had, as a disk would be measured
/// with those who keep their state in files: in $TMPDIR if that is set, else in /dev/shm.
/// Throws std::runtime_error.
class TemporaryFolder
{
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace semper::bench
