// SPDX-License-Identifier: GPL-3.0-or-later
#include "processtree.h"

#include "announce.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace semper::bench {

namespace {

namespace fs = std::filesystem;

fs::path folderOf(pid_t pid)
{
    return fs::path("/proc") / std::to_string(pid);
}

/// Entries of a folder that may vanish while it is read: then there are fewer.
std::vector<fs::path> entries(const fs::path &folder)
{
    std::vector<fs::path> found;
    std::error_code gone;
    for (fs::directory_iterator it(folder, gone), end; !gone && it != end; it.increment(gone))
        found.push_back(it->path());
    return found;
}

void appendChildren(pid_t pid, Pids &pids)
{
    for (const fs::path &task : entries(folderOf(pid) / "task")) {
        std::ifstream list(task / "children");
        for (pid_t child = 0; list >> child;)
            pids.push_back(child);
    }
}

Pids withDescendants(Pids pids)
{
    for (std::size_t i = 0; i < pids.size(); ++i)
        appendChildren(pids.at(i), pids);
    return pids;
}

/// The sum of the numbers that follow \a keys in a file of lines "Key: 12 kB".
long sumOf(const fs::path &path, std::initializer_list<std::string_view> keys)
{
    long sum = 0;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        for (const std::string_view key : keys)
            sum += line.starts_with(key) ? std::stol(line.substr(key.size())) : 0;
    }
    return sum;
}

std::chrono::nanoseconds cpuOf(pid_t pid)
{
    clockid_t clock{};
    timespec used{}; // stays 0 if the process is gone
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return {};
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

int descriptorsOf(pid_t pid)
{
    return static_cast<int>(entries(folderOf(pid) / "fd").size());
}

} // namespace

Pids children()
{
    Pids pids;
    appendChildren(getpid(), pids);
    return pids;
}

Pids descendants()
{
    return withDescendants(children());
}

Pids familyOf(pid_t root)
{
    return withDescendants({root});
}

Expense expenseOf(const Pids &pids)
{
    Expense sum;
    for (const pid_t pid : pids) {
        sum.cpu += cpuOf(pid);
        for (const fs::path &task : entries(folderOf(pid) / "task")) {
            sum.switches += sumOf(
                task / "status", {"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"});
        }
    }
    return sum;
}

Holding holdingOf(const Pids &pids)
{
    Holding sum;
    for (const pid_t pid : pids) {
        sum.privateDirtyKilobytes += sumOf(folderOf(pid) / "smaps_rollup", {"Private_Dirty:"});
        sum.descriptors += descriptorsOf(pid);
        ++sum.processes;
    }
    return sum;
}

} // namespace semper::bench
