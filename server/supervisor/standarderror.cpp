// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/standarderror.h"

#include <QDateTime>
#include <QMutex>
#include <QMutexLocker>

#include <algorithm>

#include <poll.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QMutex mutex;
qint64 droppedLines = 0; ///< guarded by the mutex

// A pipe that is writable takes PIPE_BUF bytes without blocking (pipe(7)).
constexpr qsizetype safeBytes = 4096;

bool writable()
{
    pollfd descriptor{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    return ::poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
}

bool put(const QByteArray &text)
{
    for (qsizetype at = 0; at < text.size(); at += safeBytes) {
        if (!writable())
            return false;
        const auto size = std::size_t(std::min(safeBytes, text.size() - at));
        if (::write(STDERR_FILENO, text.constData() + at, size) < 0)
            return false;
    }
    return true;
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

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    StandardError::write(QDateTime::currentDateTime().toString(u"HH:mm:ss.zzz "_s).toUtf8()
        + levelName(type) + ' ' + (context.category ? context.category : "") + ": "
        + message.toUtf8());
}

} // namespace

void StandardError::write(const QByteArray &line)
{
    QByteArray text = line;
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }, '?');
    text.append('\n');

    const QMutexLocker lock(&mutex);
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

} // namespace semper
