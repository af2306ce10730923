// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings.h"
#include "wire.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace semper::bench {

/// What a server did under load.
struct LoadFindings
{
    Samples latencies; ///< of each request, from the first byte sent to the last one received
    std::chrono::nanoseconds time{0}; ///< from the first request to the last answer
};

/// Clients of one server on 127.0.0.1, each with a connection that stays open. One thread with
/// epoll, so that it needs far less than the server.
class Load
{
public:
    /// Connects them all; each has exchanged its greeting, and one request with its answer.
    /// Throws std::runtime_error, after 10 s without an answer too.
    Load(const Wire &wire, std::uint16_t port, int connections);
    Load(const Load &) = delete;
    Load &operator=(const Load &) = delete;
    ~Load();

    /// Has each client send its next request as soon as it has the answer to the last one, for
    /// \a time; then waits for the answers that are due. Throws as above, and Interrupted.
    [[nodiscard]] LoadFindings run(std::chrono::nanoseconds time);

private:
    struct Client
    {
        int socket = -1;
        std::string input{}; ///< of an answer that is not whole
        std::chrono::steady_clock::time_point sent{};
    };

    void open(Client &client, std::uint16_t port) const;
    void send(Client &client) const;
    /// False while the answer is not whole.
    [[nodiscard]] bool receive(Client &client) const;

    const Wire &m_wire;
    std::vector<Client> m_clients;
    int m_epoll = -1;
};

} // namespace semper::bench
