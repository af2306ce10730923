// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QList>
#include <QString>

#include <sys/types.h>

namespace semper {

/// One control group of the kernel (cgroups(7), version 2), by its folder. A process is in exactly
/// one, its children are born there, and only who may write to another can leave it: however far a
/// process escapes, it stays a member. Calls read or write one small file of memory each; moving a
/// process is what takes time: some milliseconds, for the kernel waits for all processors.
class SEMPER_SERVER_EXPORT Cgroup
{
public:
    explicit Cgroup(QString path)
        : m_path(std::move(path))
    { }

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] bool exists() const;
    [[nodiscard]] Cgroup child(const QString &name) const { return Cgroup(m_path + u'/' + name); }
    [[nodiscard]] QList<Cgroup> children() const;

    [[nodiscard]] bool make() const; ///< false: errno tells
    /// Removes it and what is below it, as far as nobody is in there any more.
    bool remove() const;
    [[nodiscard]] bool add(pid_t pid) const;
    /// The file that who writes "0" to enters by.
    [[nodiscard]] QByteArray entrance() const;
    /// Lets what is below it have limits of \a controller ("memory"). Fails where a process is in
    /// the group itself.
    [[nodiscard]] bool enable(const QByteArray &controller) const;
    [[nodiscard]] bool hasController(const QByteArray &controller) const;

    /// All processes in it and below it.
    [[nodiscard]] QList<pid_t> members() const;
    [[nodiscard]] bool isPopulated() const;
    void kill() const; ///< all of them, at once, whatever they fork meanwhile

    /// Beyond \a bytes the kernel kills all of it. False where that cannot be had.
    [[nodiscard]] bool limitMemory(qint64 bytes) const;
    /// How often the kernel has killed for want of memory.
    [[nodiscard]] int memoryKills() const;

private:
    [[nodiscard]] QByteArray read(const char *file) const;
    [[nodiscard]] qint64 field(const char *file, const QByteArray &name) const;
    [[nodiscard]] bool write(const char *file, const QByteArray &text) const;

    QString m_path;
};

} // namespace semper
