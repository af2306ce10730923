// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/controlgroups.h"

#include <QDir>
#include <QFile>

#include <optional>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Version = ControlGroup::Version;

QByteArrayList linesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? file.readAll().split('\n')
                                                                  : QByteArrayList();
}

/// "/a b" of "/a\040b".
QString unescaped(const QByteArray &field)
{
    QByteArray text;
    for (qsizetype i = 0; i < field.size(); ++i) {
        bool isCode = false;
        const int code = field.at(i) == '\\' ? field.mid(i + 1, 3).toInt(&isCode, 8) : 0;
        text += isCode ? char(code) : field.at(i);
        i += isCode ? 3 : 0;
    }
    return QFile::decodeName(text);
}

/// Of a mount, by its type and its options.
std::optional<Version> versionOf(const QByteArrayList &system, const QByteArray &controller)
{
    if (system.first() == "cgroup2")
        return Version::Two;
    if (system.first() == "cgroup" && system.at(2).split(',').contains(controller))
        return Version::One;
    return std::nullopt;
}

} // namespace

QStringList ControlGroup::foldersUpwards() const
{
    QStringList folders;
    for (QString it = folder; it.startsWith(mount); it.truncate(it.lastIndexOf(u'/')))
        folders.append(it);
    return folders;
}

// Source: proc(5), mountinfo.
ControlGroups::ControlGroups(QByteArray controller, QString root)
    : m_controller(std::move(controller))
    , m_root(std::move(root))
{
    for (const QByteArray &line : linesOf(m_root + u"/proc/self/mountinfo"_s)) {
        const qsizetype dash = line.indexOf(" - ");
        const QByteArrayList fields = line.left(dash).split(' ');
        const QByteArrayList system = line.mid(dash + 3).split(' ');
        if (dash < 0 || fields.size() < 5 || system.size() < 3)
            continue;
        if (const auto version = versionOf(system, m_controller))
            m_mounts.append({*version, unescaped(fields.at(3)), m_root + unescaped(fields.at(4))});
    }
}

// Source: cgroups(7), /proc/pid/cgroup.
QList<ControlGroup> ControlGroups::of(const QString &pid) const
{
    QList<ControlGroup> groups;
    for (const QByteArray &line : linesOf(m_root + u"/proc/%1/cgroup"_s.arg(pid))) {
        const QByteArrayList fields = line.split(':');
        if (fields.size() < 3)
            continue;
        const bool isSecond = fields.at(0) == "0" && fields.at(1).isEmpty();
        if (!isSecond && !fields.at(1).split(',').contains(m_controller))
            continue;
        const QString path = QFile::decodeName(QByteArrayList(fields.sliced(2)).join(':'));
        for (const Mount &mount : m_mounts)
            if (mount.version == (isSecond ? Version::Two : Version::One))
                groups.append(groupAt(mount, path));
    }
    return groups;
}

ControlGroup ControlGroups::groupAt(const Mount &mount, const QString &path)
{
    ControlGroup group{.version = mount.version, .folder = mount.point, .mount = mount.point};
    if (mount.top == u"/" && !path.startsWith(u"/.."))
        group.folder = QDir::cleanPath(mount.point + path);
    else if (path == mount.top || path.startsWith(mount.top + u'/'))
        group.folder = QDir::cleanPath(mount.point + path.sliced(mount.top.size()));
    else
        group.isInSight = false;
    return group;
}

} // namespace semper
