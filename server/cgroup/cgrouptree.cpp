// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup/cgrouptree.h"

#include "cgroup/cgroupplace.h"

#include <QFileInfo>
#include <QRegularExpression>

#include <cerrno>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr char memory[] = "memory";

QString nameOfRun(const QByteArray &run)
{
    return u"semper-"_s + QString::fromLatin1(run);
}

/// Groups that were left empty: by a guardian, in its own, or by both halves of a server.
void removeEmptyRuns(const Cgroup &place)
{
    static const QRegularExpression form(u"/semper-[0-9a-f]{32}(\\.guardian)?$"_s);
    for (const Cgroup &group : place.children())
        if (form.match(group.path()).hasMatch() && !group.isPopulated())
            static_cast<void>(group.remove());
}

/// Controllers cannot be handed down from a group that has processes itself: the guardian, which
/// is still there, goes into one of its own.
bool handDownMemory(const Cgroup &place, const Cgroup &run, pid_t guardian)
{
    if (!place.hasController(memory))
        return false;
    if (!place.enable(memory)) {
        const Cgroup group(run.path() + u".guardian"_s);
        if (guardian <= 0 || !group.make() || !group.add(guardian) || !place.enable(memory))
            return false;
    }
    return run.enable(memory);
}

} // namespace

std::variant<std::unique_ptr<CgroupTree>, QString> CgroupTree::make(
    const Cgroup &place, const QByteArray &run, pid_t guardian)
{
    removeEmptyRuns(place);
    std::unique_ptr<CgroupTree> tree(new CgroupTree(place.child(nameOfRun(run))));
    if (!tree->enter()) {
        const QString why
            = u"no group can be made in %1: %2"_s.arg(place.path(), qt_error_string(errno));
        static_cast<void>(tree->m_run.remove());
        return why;
    }
    tree->m_limitsMemory = handDownMemory(place, tree->m_run, guardian);
    return tree;
}

std::optional<Cgroup> CgroupTree::find(const QString &path, const QByteArray &run)
{
    const Cgroup group(path);
    if (QFileInfo(path).fileName() != nameOfRun(run) || !group.exists() || !isCgroup(path)
        || group.members().contains(::getpid()))
        return std::nullopt;
    return group;
}

bool CgroupTree::enter() const
{
    const Cgroup main = m_run.child(u"main"_s);
    return m_run.make() && main.make() && main.add(::getpid());
}

std::unique_ptr<Cgroup> CgroupTree::makeLaunch(const QByteArray &launchId) const
{
    const QByteArray name = launchId.sliced(launchId.indexOf('.') + 1);
    auto group = std::make_unique<Cgroup>(m_run.child(QString::fromLatin1(name)));
    return group->make() ? std::move(group) : nullptr;
}

} // namespace semper
