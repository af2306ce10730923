// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/usersvariables.h"

#include <QSet>
#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

bool isOfSession(const QString &name)
{
    static const QSet<QString> names{u"HOME"_s, u"USER"_s, u"LOGNAME"_s, u"USERNAME"_s, u"SHELL"_s,
        u"PATH"_s, u"MAIL"_s, u"MAILDIR"_s, u"PWD"_s, u"OLDPWD"_s, u"TMPDIR"_s, u"XAUTHORITY"_s,
        u"DBUS_SESSION_BUS_ADDRESS"_s, u"SSH_AUTH_SOCK"_s, u"SSH_AGENT_PID"_s, u"GPG_AGENT_INFO"_s,
        u"GNUPGHOME"_s, u"KRB5CCNAME"_s, u"HISTFILE"_s, u"CREDENTIALS_DIRECTORY"_s};
    return names.contains(name) || name.startsWith(u"XDG_") || name.startsWith(u"SUDO_");
}

/// Code that a loader, a shell or an interpreter takes in, and where it looks for that. Sources:
/// ld.so(8), bash(1), zsh(1), python(1), perlrun(1), ruby(1), node(1); sudo leaves out the like.
bool isOfLoaders(const QString &name)
{
    static const QSet<QString> names{u"ENV"_s, u"BASH_ENV"_s, u"BASHOPTS"_s, u"SHELLOPTS"_s,
        u"CDPATH"_s, u"GLOBIGNORE"_s, u"IFS"_s, u"PS4"_s, u"PROMPT_COMMAND"_s, u"FPATH"_s,
        u"ZDOTDIR"_s, u"PYTHONPATH"_s, u"PYTHONHOME"_s, u"PYTHONSTARTUP"_s, u"PYTHONUSERBASE"_s,
        u"PYTHONINSPECT"_s, u"PERLLIB"_s, u"PERL5LIB"_s, u"PERL5OPT"_s, u"PERL5DB"_s, u"RUBYLIB"_s,
        u"RUBYOPT"_s, u"GEM_HOME"_s, u"GEM_PATH"_s, u"NODE_PATH"_s, u"NODE_OPTIONS"_s,
        u"LUA_INIT"_s, u"LUA_PATH"_s, u"LUA_CPATH"_s, u"CLASSPATH"_s, u"JAVA_TOOL_OPTIONS"_s,
        u"GCONV_PATH"_s, u"NLSPATH"_s, u"HOSTALIASES"_s};
    return names.contains(name) || name.startsWith(u"LD_") || name.startsWith(u"BASH_FUNC_");
}

/// A path, or one of a list of them.
bool leadsInto(const QString &folder, const QString &value)
{
    const QStringList paths = value.split(u':');
    return folder.size() > 1 && std::ranges::any_of(paths, [&folder](const QString &path) {
        return path == folder || path.startsWith(folder + u'/');
    });
}

} // namespace

bool isUsersOwn(const QString &name, const QString &value, const QString &home)
{
    return isOfSession(name) || isOfLoaders(name) || leadsInto(home, value);
}

} // namespace semper
