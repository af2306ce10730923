// SPDX-License-Identifier: GPL-3.0-or-later
#include "notify/notifymessage.h"

#include <QList>

#include <algorithm>
#include <limits>

namespace semper {

namespace {

constexpr int greatestError = 4095; // of the kernel: errno(3)

bool isName(const QByteArray &text)
{
    return !text.isEmpty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::optional<int> numberFromOne(const QByteArray &text, int greatest)
{
    bool isNumber = false;
    const int number = text.toInt(&isNumber);
    return isNumber && number >= 1 && number <= greatest ? std::optional(number) : std::nullopt;
}

std::optional<std::chrono::milliseconds> extensionFrom(const QByteArray &text)
{
    using namespace std::chrono;
    constexpr milliseconds longest = hours(24 * 24);
    bool isNumber = false;
    const quint64 count = text.toULongLong(&isNumber);
    if (!isNumber || count == 0 || text.startsWith('+'))
        return std::nullopt;
    const auto most = quint64(microseconds(longest).count());
    return ceil<milliseconds>(microseconds(qint64(std::min(count, most))));
}

void assign(NotifyMessage &message, const QByteArray &name, const QByteArray &value)
{
    if (name == "READY")
        message.ready = value == "1";
    else if (name == "STOPPING")
        message.stopping = value == "1";
    else if (name == "WATCHDOG")
        message.heartbeat = value == "1";
    else if (name == "STATUS")
        message.status = QString::fromUtf8(value);
    else if (name == "ERRNO")
        message.error = numberFromOne(value, greatestError);
    else if (name == "MAINPID")
        message.mainPid = numberFromOne(value, std::numeric_limits<pid_t>::max());
    else if (name == "EXTEND_TIMEOUT_USEC")
        message.extension = extensionFrom(value);
}

} // namespace

// Source: sd_notify(3).
std::optional<NotifyMessage> parseNotifyMessage(QByteArray bytes)
{
    while (bytes.endsWith('\0'))
        bytes.chop(1);
    if (bytes.contains('\0'))
        return std::nullopt;
    NotifyMessage message;
    bool any = false;
    for (const QByteArray &line : bytes.split('\n')) {
        const qsizetype equals = line.indexOf('=');
        if (equals < 0 || !isName(line.first(equals)))
            continue;
        any = true;
        assign(message, line.first(equals), line.sliced(equals + 1));
    }
    return any ? std::optional(message) : std::nullopt;
}

} // namespace semper
