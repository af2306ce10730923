// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos/census.h"

#include "support/descriptors.h"
#include "support/survivors.h"

#include <QDir>
#include <QFile>

#include <array>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper::chaos {

namespace {

QByteArray contents(qint64 pid, const QString &file)
{
    QFile entry(u"/proc/%1/%2"_s.arg(pid).arg(file));
    return entry.open(QIODevice::ReadOnly) ? entry.readAll() : QByteArray();
}

/// The number behind \a label in a file of the kernel's.
qint64 number(const QByteArray &text, const QByteArray &label)
{
    for (const QByteArray &line : text.split('\n'))
        if (line.startsWith(label))
            return line.sliced(label.size()).simplified().split(' ').constFirst().toLongLong();
    return 0;
}

QByteArray launchOf(qint64 pid)
{
    static const QByteArray label = "SEMPER_LAUNCH=";
    for (const QByteArray &entry : contents(pid, u"environ"_s).split('\0'))
        if (entry.startsWith(label))
            return entry.sliced(label.size());
    return {};
}

} // namespace

Census Census::take(const QByteArray &mark)
{
    Census census;
    for (const qint64 pid : test::survivors(mark))
        census.members.insert(pid, {launchOf(pid), number(contents(pid, u"status"_s), "PPid:")});
    return census;
}

QStringList Census::orphans(const QList<qint64> &launches, const QList<qint64> &own) const
{
    QList<QByteArray> alive;
    for (const qint64 pid : launches)
        alive.append(members.value(pid).launch);
    QStringList orphans;
    for (auto it = members.cbegin(); it != members.cend(); ++it)
        if (!own.contains(it.key()) && (it->launch.isEmpty() || !alive.contains(it->launch)))
            orphans.append(
                u"pid %1 (child of %2) belongs to no launch that is alive"_s.arg(it.key()).arg(
                    it->parent));
    return orphans;
}

QMap<QString, int> descriptorsOf(qint64 pid)
{
    QMap<QString, int> kinds;
    const QStringList paths = test::openDescriptors(pid);
    for (const QString &descriptor : paths) {
        std::array<char, 256> target{};
        const QByteArray path = QFile::encodeName(descriptor);
        if (::readlink(path.constData(), target.data(), target.size() - 1) < 0)
            continue;
        QString kind = QString::fromLocal8Bit(target.data());
        if (!kind.startsWith(u'/') && !kind.startsWith(u"anon_inode"))
            kind.truncate(kind.indexOf(u':')); // socket:[4711]
        ++kinds[kind];
    }
    return kinds;
}

qint64 privateDirtyOf(qint64 pid)
{
    return number(contents(pid, u"smaps_rollup"_s), "Private_Dirty:");
}

} // namespace semper::chaos
