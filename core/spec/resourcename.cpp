// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/resourcename.h"

#include <QLatin1StringView>

#include <array>
#include <utility>

#include <sys/resource.h>

namespace semper {

namespace {

constexpr std::array<std::pair<int, QLatin1StringView>, 14> namesByResource{{
    {RLIMIT_NOFILE, QLatin1StringView("nofile")},
    {RLIMIT_NPROC, QLatin1StringView("nproc")},
    {RLIMIT_CORE, QLatin1StringView("core")},
    {RLIMIT_AS, QLatin1StringView("as")},
    {RLIMIT_CPU, QLatin1StringView("cpu")},
    {RLIMIT_DATA, QLatin1StringView("data")},
    {RLIMIT_FSIZE, QLatin1StringView("fsize")},
    {RLIMIT_MEMLOCK, QLatin1StringView("memlock")},
    {RLIMIT_STACK, QLatin1StringView("stack")},
    {RLIMIT_RSS, QLatin1StringView("rss")},
    {RLIMIT_SIGPENDING, QLatin1StringView("sigpending")},
    {RLIMIT_MSGQUEUE, QLatin1StringView("msgqueue")},
    {RLIMIT_NICE, QLatin1StringView("nice")},
    {RLIMIT_RTPRIO, QLatin1StringView("rtprio")},
}};

constexpr qint64 largestWholeNumberOfJson = 9'007'199'254'740'991; // 2^53 - 1
constexpr qint64 largestNiceLimit = 40; // 20 - (-20)
constexpr qint64 largestRealTimePriority = 99;

} // namespace

std::optional<int> resourceFromName(QStringView name)
{
    for (const auto &[value, text] : namesByResource)
        if (text == name)
            return value;
    return std::nullopt;
}

QString resourceName(int resource)
{
    for (const auto &[value, text] : namesByResource)
        if (value == resource)
            return text;
    return QString::number(resource);
}

QStringList resourceNames()
{
    QStringList list;
    for (const auto &[value, text] : namesByResource)
        list.append(text);
    return list;
}

qint64 largestLimit(int resource)
{
    switch (resource) {
    case RLIMIT_NICE:
        return largestNiceLimit;
    case RLIMIT_RTPRIO:
        return largestRealTimePriority;
    default:
        return largestWholeNumberOfJson;
    }
}

} // namespace semper
