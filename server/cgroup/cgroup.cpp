// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup/cgroup.h"

#include <QDir>
#include <QFile>

#include <csignal>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace semper {

namespace {

constexpr qint64 largestFileBytes = 1024 * 1024;

} // namespace

bool Cgroup::exists() const
{
    return QFile::exists(m_path + QLatin1StringView("/cgroup.procs"));
}

QList<Cgroup> Cgroup::children() const
{
    QList<Cgroup> list;
    for (const QString &name : QDir(m_path).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        list.append(child(name));
    return list;
}

bool Cgroup::make() const
{
    return ::mkdir(QFile::encodeName(m_path).constData(), S_IRWXU | S_IRGRP | S_IXGRP) == 0;
}

bool Cgroup::remove() const
{
    for (const Cgroup &below : children())
        below.remove();
    return ::rmdir(QFile::encodeName(m_path).constData()) == 0;
}

bool Cgroup::add(pid_t pid) const
{
    return write("cgroup.procs", QByteArray::number(pid));
}

QByteArray Cgroup::entrance() const
{
    return QFile::encodeName(m_path + QLatin1StringView("/cgroup.procs"));
}

bool Cgroup::enable(const QByteArray &controller) const
{
    return read("cgroup.subtree_control").simplified().split(' ').contains(controller)
        || write("cgroup.subtree_control", '+' + controller);
}

bool Cgroup::hasController(const QByteArray &controller) const
{
    return read("cgroup.controllers").simplified().split(' ').contains(controller);
}

QList<pid_t> Cgroup::members() const
{
    QList<pid_t> pids;
    for (const QByteArray &line : read("cgroup.procs").split('\n'))
        if (const pid_t pid = line.toInt(); pid > 0) // 0: one that this namespace does not see
            pids.append(pid);
    for (const Cgroup &below : children())
        pids.append(below.members());
    return pids;
}

bool Cgroup::isPopulated() const
{
    return field("cgroup.events", "populated") != 0;
}

void Cgroup::kill() const
{
    if (write("cgroup.kill", "1")) // Linux 5.14
        return;
    for (const pid_t pid : members())
        ::kill(pid, SIGKILL);
}

bool Cgroup::limitMemory(qint64 bytes) const
{
    if (!write("memory.max", QByteArray::number(bytes)))
        return false;
    // It is a limit of memory, not of speed. The file is not there without swap.
    static_cast<void>(write("memory.swap.max", "0"));
    return write("memory.oom.group", "1");
}

int Cgroup::memoryKills() const
{
    return int(field("memory.events", "oom_kill"));
}

QByteArray Cgroup::read(const char *file) const
{
    QFile content(m_path + u'/' + QLatin1StringView(file));
    return content.open(QIODevice::ReadOnly | QIODevice::Unbuffered)
        ? content.read(largestFileBytes)
        : QByteArray();
}

qint64 Cgroup::field(const char *file, const QByteArray &name) const
{
    for (const QByteArray &line : read(file).split('\n'))
        if (line.startsWith(name + ' '))
            return line.sliced(name.size() + 1).toLongLong();
    return 0;
}

// Not through QFile, which would truncate: the kernel takes one write for one order.
bool Cgroup::write(const char *file, const QByteArray &text) const
{
    const int descriptor
        = ::open(QFile::encodeName(m_path + u'/' + QLatin1StringView(file)).constData(),
            O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool written
        = ::write(descriptor, text.constData(), std::size_t(text.size())) == ssize_t(text.size());
    ::close(descriptor);
    return written;
}

} // namespace semper
