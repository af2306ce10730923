// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace semper::bench {

namespace {

using namespace std::string_view_literals;

constexpr auto blankLine = "\r\n\r\n"sv;
constexpr auto echoed = "what goes out comes back: sixty-four bytes of text, and no byte more"sv;

[[noreturn]] void refuse(std::string_view text)
{
    throw std::runtime_error("a server answered: " + std::string(text.substr(0, 300)));
}

std::size_t contentLength(std::string_view head)
{
    constexpr auto name = "\r\ncontent-length:"sv;
    const auto found = std::search(head.begin(), head.end(), name.begin(), name.end(),
        [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
    if (found == head.end())
        refuse(head);
    const char *begin = &*found + name.size();
    while (*begin == ' ')
        ++begin;
    std::size_t length = 0;
    std::from_chars(begin, head.data() + head.size(), length);
    return length;
}

std::size_t httpAnswerBytes(std::string_view text)
{
    const std::size_t blank = text.find(blankLine);
    if (blank == std::string_view::npos)
        return 0;
    const std::string_view head = text.substr(0, blank);
    const std::size_t size = head.size() + blankLine.size() + contentLength(head);
    if (text.size() < size)
        return 0;
    if (!head.starts_with("HTTP/1.1 200 ") || text.substr(blank).find("a handler") > size)
        refuse(text);
    return size;
}

/// A text message in one frame; a server does not mask.
std::size_t echoBytes(std::string_view text)
{
    const std::size_t size = 2 + echoed.size();
    if (text.size() < size)
        return 0;
    if (text[0] != '\x81' || std::size_t(text[1]) != echoed.size() || text.substr(2) != echoed)
        refuse(text);
    return size;
}

std::size_t rpcAnswerBytes(std::string_view text)
{
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return 0;
    if (text.find("\"result\":42") > end)
        refuse(text);
    return end + 1;
}

std::string maskedTextFrame(std::string_view text)
{
    constexpr std::array<char, 4> mask{'\x12', '\x34', '\x56', '\x78'};
    std::string frame{'\x81', char(0x80 | text.size())};
    frame.append(mask.begin(), mask.end());
    for (std::size_t i = 0; i < text.size(); ++i)
        frame += char(text[i] ^ mask.at(i % mask.size()));
    return frame;
}

} // namespace

const std::vector<Wire> &allWires()
{
    static const std::vector<Wire> all{
        {.name = "http",
            .title = "HTTP: a route that answers with a JSON object",
            .greeting = {},
            .request = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: semper-service-bench"
                       "\r\nAccept: */*\r\n\r\n",
            .answerBytes = httpAnswerBytes},
        {.name = "websocket",
            .title = "WebSocket: echo of a text",
            .greeting = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
                        "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Version: 13\r\n\r\n",
            .request = maskedTextFrame(echoed),
            .answerBytes = echoBytes},
        {.name = "rpc",
            .title = "JSON-RPC over TCP: a method that adds two numbers",
            .greeting = {},
            .request = "{\"jsonrpc\":\"2.0\",\"method\":\"add\",\"params\":[19,23],\"id\":1}\n",
            .answerBytes = rpcAnswerBytes},
    };
    return all;
}

std::size_t headBytes(std::string_view text)
{
    const std::size_t blank = text.find(blankLine);
    if (blank == std::string_view::npos)
        return 0;
    if (!text.starts_with("HTTP/1.1 101 "))
        refuse(text);
    return blank + blankLine.size();
}

} // namespace semper::bench
