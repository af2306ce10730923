// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QList>
#include <QString>
#include <QTest>

#include <csignal>

#include <unistd.h>

namespace semper::test {

/// A control group of its own whose processes can be frozen, as by `docker pause`. There is none
/// where this user may not make one.
class Freezer
{
public:
    /// Of version 1: in it, a process is in uninterruptible sleep, and even SIGKILL does not get
    /// through until it thaws.
    enum class Version { One, Two };

    explicit Freezer(Version version)
        : m_version(version)
    {
        QFile mounts(QStringLiteral("/proc/self/mounts"));
        if (!mounts.open(QIODevice::ReadOnly))
            return;
        const QList<QByteArray> lines = mounts.readAll().split('\n');
        for (const QByteArray &line : lines) {
            const QList<QByteArray> fields = line.split(' ');
            if (fields.size() < 4)
                continue;
            const bool fits = version == Version::Two
                ? fields.at(2) == "cgroup2"
                : fields.at(2) == "cgroup" && fields.at(3).split(',').contains("freezer");
            const QString path = QFile::decodeName(fields.at(1))
                + QStringLiteral("/semper-test-%1").arg(::getpid());
            if (fits && m_path.isEmpty() && QDir().mkdir(path))
                m_path = path;
        }
    }
    ~Freezer()
    {
        if (m_path.isEmpty())
            return;
        thaw();
        static_cast<void>(QTest::qWaitFor([this] { return QDir().rmdir(m_path); }, 15'000));
    }
    Q_DISABLE_COPY_MOVE(Freezer)

    [[nodiscard]] bool exists() const { return !m_path.isEmpty(); }
    [[nodiscard]] bool freeze(const QList<qint64> &pids) const
    {
        for (const qint64 pid : pids)
            if (!write(QStringLiteral("cgroup.procs"), QByteArray::number(pid))
                && ::kill(pid_t(pid), 0) == 0)
                return false; // else it has ended meanwhile
        return setFrozen(true);
    }
    void thaw() const { static_cast<void>(setFrozen(false)); }

private:
    [[nodiscard]] bool setFrozen(bool frozen) const
    {
        return m_version == Version::Two
            ? write(QStringLiteral("cgroup.freeze"), frozen ? "1" : "0")
            : write(QStringLiteral("freezer.state"), frozen ? "FROZEN" : "THAWED");
    }
    [[nodiscard]] bool write(const QString &name, const QByteArray &text) const
    {
        QFile file(m_path + u'/' + name);
        return file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
            && file.write(text) == text.size();
    }

    const Version m_version;
    QString m_path;
};

} // namespace semper::test
