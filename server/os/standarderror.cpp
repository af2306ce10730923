// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/standarderror.h"

#include "os/logbudget.h"
#include "protocol/controlcharacters.h"

#include <QString>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace semper {

namespace {

std::mutex mutex;
qint64 droppedLines = 0; ///< guarded by the mutex
std::atomic<bool> dropsQtMessages = false;
std::mutex logBudgetMutex;

// A pipe that is writable takes PIPE_BUF bytes without blocking (pipe(7)).
constexpr qsizetype safeBytes = 4096;
constexpr qsizetype longestMessage = 64 * 1024; ///< of a message

// A terminal blocks until all is written, however little room it had. It is opened anew, so that
// the shell's own descriptor stays as it is.
int openOutput()
{
    if (::isatty(STDERR_FILENO) == 0)
        return STDERR_FILENO;
    const int own = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return own >= 0 ? own : STDERR_FILENO;
}

int output()
{
    static const int descriptor = openOutput();
    return descriptor;
}

bool writable()
{
    pollfd descriptor{.fd = output(), .events = POLLOUT, .revents = 0};
    return ::poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
}

bool put(const QByteArray &text)
{
    for (qsizetype at = 0; at < text.size(); at += safeBytes) {
        if (!writable())
            return false;
        const auto size = std::size_t(std::min(safeBytes, text.size() - at));
        if (::write(output(), text.constData() + at, size) < ssize_t(size))
            return false;
    }
    return true;
}

QByteArray shownLine(const QByteArray &line)
{
    const auto plain = [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\t'; };
    if (std::all_of(line.cbegin(), line.cend(), plain))
        return line;
    return withoutControls(QString::fromUtf8(line), u"\t", u'?').toUtf8();
}

const char *levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug";
    case QtInfoMsg:
        return "info";
    case QtWarningMsg:
        return "warning";
    case QtCriticalMsg:
        return "error";
    case QtFatalMsg:
        return "fatal";
    }
    Q_UNREACHABLE();
}

/// "HH:mm:ss.zzz " of now, local time. Not by QDateTime, which looks at the time zone's file anew
/// for every line.
QByteArray timeStamp()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm local{};
    ::localtime_r(&now.tv_sec, &local);
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%02d:%02d:%02d.%03ld ", local.tm_hour,
        local.tm_min, local.tm_sec, now.tv_nsec / 1'000'000);
    return {text.data(), size};
}

/// Guarded by logBudgetMutex.
LogBudget &logBudget()
{
    static LogBudget instance;
    return instance;
}

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (dropsQtMessages)
        return;
    const QByteArray category = context.category;
    const QByteArray line = timeStamp() + levelName(type) + ' ' + category + ": "
        + message.toUtf8().left(longestMessage);
    const auto now = std::chrono::steady_clock::now();
    QList<LogBudget::LeftOut> leftOut;
    {
        const std::lock_guard lock(logBudgetMutex);
        if (!logBudget().admits(type, category, line.size() + 1, now))
            return;
        leftOut = logBudget().takeLeftOut(now);
    }
    for (const auto &[name, messages] : std::as_const(leftOut))
        StandardError::write("semper | … " + QByteArray::number(messages) + " messages of " + name
            + " left out: too many");
    StandardError::write(line);
}

} // namespace

void StandardError::write(const QByteArray &line)
{
    const QByteArray text = shownLine(line) + '\n';

    const std::lock_guard lock(mutex);
    if (droppedLines > 0) {
        if (!put("semper | … " + QByteArray::number(droppedLines)
                + " lines dropped: standard error was not read\n")) {
            ++droppedLines;
            return;
        }
        droppedLines = 0;
    }
    if (!put(text))
        ++droppedLines;
}

void StandardError::takeQtMessages()
{
    qInstallMessageHandler(handleMessage);
}

void StandardError::dropQtMessages() noexcept
{
    dropsQtMessages = true;
}

} // namespace semper
