// SPDX-License-Identifier: GPL-3.0-or-later
#include "load.h"

#include "interruption.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace semper::bench {

namespace {

constexpr auto patience = 10s;

[[noreturn]] void fail(const std::string &what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

void append(int socket, std::string &input)
{
    std::array<char, 4096> bytes;
    const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (count == 0)
        throw std::runtime_error("the server hung up");
    if (count > 0)
        input.append(bytes.data(), std::size_t(count));
    else if (errno == EINTR)
        throwIfInterrupted();
    else
        fail("no answer");
}

/// With a socket that blocks.
void exchange(int socket, const std::string &bytes, std::size_t (*answerBytes)(std::string_view))
{
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != ssize_t(bytes.size()))
        fail("a request could not be sent");
    std::string input;
    std::size_t size = 0;
    while (size == 0) {
        append(socket, input);
        size = answerBytes(input);
    }
    if (size != input.size())
        throw std::runtime_error("more came than an answer");
}

} // namespace

Load::Load(const Wire &wire, std::uint16_t port, int connections)
    : m_wire(wire)
    , m_clients(std::size_t(connections))
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    for (Client &client : m_clients)
        open(client, port);
}

Load::~Load()
{
    for (const Client &client : m_clients) {
        const linger reset{.l_onoff = 1, .l_linger = 0}; // or the ports would be used up
        ::setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        ::close(client.socket);
    }
    ::close(m_epoll);
}

void Load::open(Client &client, std::uint16_t port) const
{
    client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client.socket < 0)
        fail("no socket");
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(client.socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const int on = 1;
    ::setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client.socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fail("no connection");
    if (!m_wire.greeting.empty())
        exchange(client.socket, m_wire.greeting, headBytes);
    exchange(client.socket, m_wire.request, m_wire.answerBytes);
    ::fcntl(client.socket, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, client.socket, &event) != 0)
        fail("epoll");
}

void Load::send(Client &client) const
{
    const std::string &bytes = m_wire.request;
    client.sent = Clock::now();
    if (::send(client.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != ssize_t(bytes.size()))
        fail("a request could not be sent");
}

bool Load::receive(Client &client) const
{
    append(client.socket, client.input);
    const std::size_t size = m_wire.answerBytes(client.input);
    if (size == 0)
        return false;
    if (size != client.input.size())
        throw std::runtime_error("more came than an answer");
    client.input.clear();
    return true;
}

LoadFindings Load::run(std::chrono::nanoseconds time)
{
    LoadFindings findings;
    findings.latencies.reserve(std::size_t(time / 10us));
    std::array<epoll_event, 256> events;
    const auto begun = Clock::now();
    for (Client &client : m_clients)
        send(client);
    for (std::size_t waiting = m_clients.size(); waiting > 0;) {
        const int count = ::epoll_wait(m_epoll, events.data(), int(events.size()),
            int(std::chrono::milliseconds(patience).count()));
        throwIfInterrupted();
        if (count <= 0)
            throw std::runtime_error("a server does not answer any more");
        for (const epoll_event &event : std::span(events).first(std::size_t(count))) {
            auto &client = *static_cast<Client *>(event.data.ptr);
            if (!receive(client))
                continue;
            const auto now = Clock::now();
            findings.latencies.push_back(now - client.sent);
            if (now - begun < time)
                send(client);
            else
                --waiting;
        }
    }
    findings.time = Clock::now() - begun;
    return findings;
}

} // namespace semper::bench
