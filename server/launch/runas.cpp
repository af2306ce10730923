// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/runas.h"

#include "spec/jsonpath.h"
#include "spec/nearestname.h"

#include <QByteArray>
#include <QFile>
#include <QHash>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr std::size_t firstBufferBytes = 4096;
constexpr std::size_t largestBufferBytes = 1024 * 1024;
constexpr qint64 largestDatabaseBytes = 1024 * 1024;
constexpr int mostGroups = 65536; // NGROUPS_MAX

/// \a text as an id; the largest number means "no id" to the kernel.
std::optional<id_t> idFrom(const QString &text)
{
    bool isNumber = false;
    const uint id = text.toUInt(&isNumber);
    return isNumber && id != std::numeric_limits<uint>::max() ? std::optional<id_t>(id)
                                                              : std::nullopt;
}

/// Calls one of the getXXX_r(3) functions with as large a buffer as it wants, then \a take with
/// what it found. False where there is no such entry.
template <class Entry, class Ask, class Take>
bool withEntry(const Ask &ask, const Take &take)
{
    std::vector<char> buffer(firstBufferBytes);
    Entry entry{};
    Entry *found = nullptr;
    int error = 0;
    while ((error = ask(&entry, buffer.data(), buffer.size(), &found)) == ERANGE
        && buffer.size() < largestBufferBytes)
        buffer.resize(buffer.size() * 2);
    if (error == 0 && found != nullptr)
        take(*found);
    return error == 0 && found != nullptr;
}

bool findUser(const QString &text, RunAs &who)
{
    const QByteArray name = text.toLocal8Bit();
    const auto id = idFrom(text);
    who.user = id;
    return withEntry<passwd>(
        [&](passwd *entry, char *buffer, std::size_t size, passwd **found) {
            return id ? ::getpwuid_r(*id, entry, buffer, size, found)
                      : ::getpwnam_r(name.constData(), entry, buffer, size, found);
        },
        [&who](const passwd &entry) {
            who.user = entry.pw_uid;
            who.group = entry.pw_gid;
            who.name = QString::fromLocal8Bit(entry.pw_name);
            who.home = QString::fromLocal8Bit(entry.pw_dir);
            who.shell = QString::fromLocal8Bit(entry.pw_shell);
        });
}

bool findGroup(const QString &text, RunAs &who)
{
    if (const auto id = idFrom(text)) {
        who.group = *id;
        return true; // a number needs no entry
    }
    const QByteArray name = text.toLocal8Bit();
    return withEntry<group>(
        [&name](group *entry, char *buffer, std::size_t size, group **found) {
            return ::getgrnam_r(name.constData(), entry, buffer, size, found);
        },
        [&who](const group &entry) { who.group = entry.gr_gid; });
}

/// What initgroups(3) would set.
void findGroups(RunAs &who)
{
    who.groups = {who.group};
    if (who.name.isEmpty())
        return;
    const QByteArray name = who.name.toLocal8Bit();
    int count = 64;
    who.groups.resize(std::size_t(count));
    if (::getgrouplist(name.constData(), who.group, who.groups.data(), &count) < 0) {
        count = std::min(count, mostGroups);
        who.groups.resize(std::size_t(count));
        ::getgrouplist(name.constData(), who.group, who.groups.data(), &count);
    }
    who.groups.resize(std::size_t(std::clamp(count, 0, int(who.groups.size()))));
}

/// ", did you mean ...?" of the names in \a file, of passwd(5) or group(5): the machine's own, for
/// a database on the network must not be asked for all that it has.
QString suggestion(const QString &name, const char *file)
{
    QFile database(QString::fromLatin1(file));
    QStringList names;
    if (database.open(QIODevice::ReadOnly))
        for (const QByteArray &line : database.read(largestDatabaseBytes).split('\n'))
            names.append(QString::fromLocal8Bit(line.left(line.indexOf(':'))));
    const auto nearest = nearestName(name, names);
    return nearest ? u"; did you mean %1?"_s.arg(quoted(*nearest)) : QString();
}

RunAsResult lookUp(const LimitsSpec &limits)
{
    if (::geteuid() != 0)
        return u"only a server that runs as root can run a process as somebody else"_s;
    RunAs who;
    if (!limits.user.isEmpty() && !findUser(limits.user, who)) {
        if (!who.user)
            return u"no user %1 on this machine"_s.arg(quoted(limits.user))
                + suggestion(limits.user, "/etc/passwd");
        if (limits.runAsGroup.isEmpty())
            return u"user %1 is not known on this machine: name its group in run_as_group"_s.arg(
                limits.user);
    }
    if (!limits.runAsGroup.isEmpty() && !findGroup(limits.runAsGroup, who))
        return u"no group %1 on this machine"_s.arg(quoted(limits.runAsGroup))
            + suggestion(limits.runAsGroup, "/etc/group");
    findGroups(who);
    return who;
}

using KnownUsers = QHash<std::pair<QString, QString>, RunAs>;

struct RememberedUsers
{
    KnownUsers known;
    std::optional<KnownUsers> before; ///< while a configuration is being checked
};

RememberedUsers &rememberedUsers()
{
    static RememberedUsers it;
    return it;
}

} // namespace

RunAsResult lookUpRunAs(const LimitsSpec &limits)
{
    if (limits.user.isEmpty() && limits.runAsGroup.isEmpty())
        return std::nullopt;
    KnownUsers &known = rememberedUsers().known;
    const std::pair key{limits.user, limits.runAsGroup};
    if (const auto it = known.constFind(key); it != known.cend())
        return *it;
    RunAsResult result = lookUp(limits);
    if (const auto *who = std::get_if<std::optional<RunAs>>(&result); who && *who)
        known.insert(key, **who);
    return result;
}

void refreshRunAs()
{
    rememberedUsers().before = std::exchange(rememberedUsers().known, {});
}

void keepRunAs()
{
    rememberedUsers().before.reset();
}

void restoreRunAs()
{
    if (auto before = std::exchange(rememberedUsers().before, std::nullopt))
        rememberedUsers().known = std::move(*before);
}

} // namespace semper
