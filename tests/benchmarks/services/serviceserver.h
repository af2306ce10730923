// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "processtree.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace semper::bench {

/// A program that offers the services, each on a port that it prints as "NAME ...:PORT", and then
/// a line that starts with "ready".
struct ServerProgram
{
    std::string name; ///< as options, tables and the JSON call it
    std::vector<std::string> words; ///< its absolute path first
    std::vector<std::string> environment{}; ///< NAME=VALUE, added to what this program has
    std::string missing{}; ///< what this machine lacks to run it; empty where nothing is missing
};

/// All there are. \a here is the folder of the benchmark's programs, \a scratch one for files.
[[nodiscard]] std::vector<ServerProgram> allServers(
    const std::filesystem::path &here, const std::filesystem::path &scratch);

/// One that runs, and ends with this.
class ServiceServer
{
public:
    /// Returns when it is ready. Throws std::runtime_error when it is not within 20 s.
    explicit ServiceServer(const ServerProgram &program);
    ServiceServer(const ServiceServer &) = delete;
    ServiceServer &operator=(const ServiceServer &) = delete;
    ~ServiceServer();

    /// Nothing where it has no such service.
    [[nodiscard]] std::optional<std::uint16_t> port(const std::string &service) const;
    /// What it and its children have used, and hold.
    [[nodiscard]] Expense expense() const { return expenseOf(familyOf(m_pid)); }
    [[nodiscard]] Holding holding() const { return holdingOf(familyOf(m_pid)); }

private:
    void awaitReady(const std::string &name);
    void end();

    pid_t m_pid = -1;
    int m_output = -1;
    std::map<std::string, std::uint16_t> m_ports;
};

} // namespace semper::bench
