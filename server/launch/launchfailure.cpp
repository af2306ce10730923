// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchfailure.h"

#include "spec/jsonpath.h"
#include "spec/resourcename.h"

#include <cerrno>

#include <sys/resource.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Step = ChildFault::Step;

QString codeOf(Step step)
{
    switch (step) {
    case Step::None:
        return {};
    case Step::Helper:
        return u"launcher"_s;
    case Step::Order:
        return u"order"_s;
    case Step::Cgroup:
        return u"cgroup"_s;
    case Step::Limit:
        return u"rlimit"_s;
    case Step::Nice:
        return u"nice"_s;
    case Step::Keyring:
        return u"keyring"_s;
    case Step::Groups:
        return u"groups"_s;
    case Step::Group:
        return u"group"_s;
    case Step::User:
        return u"user"_s;
    case Step::Directory:
        return u"directory"_s;
    case Step::Search:
        return u"search"_s;
    case Step::Execute:
        return u"execute"_s;
    }
    Q_UNREACHABLE();
}

/// The step in words, for "cannot ...".
QString actionOf(const ChildFault &fault)
{
    switch (fault.step) {
    case Step::Helper:
        return u"execute %1"_s.arg(QLatin1StringView(launchProgramName));
    case Step::Order:
        return u"obey the server's order"_s;
    case Step::Cgroup:
        return u"enter its control group"_s;
    case Step::Limit:
        return u"set rlimit %1 to %2"_s.arg(resourceName(fault.resource),
            rlim_t(fault.value) == RLIM_INFINITY ? u"infinity"_s : QString::number(fault.value));
    case Step::Nice:
        return u"set nice %1"_s.arg(fault.value);
    case Step::Keyring:
        return u"leave the server's session keyring"_s;
    case Step::Groups:
        return u"set %1 supplementary groups"_s.arg(fault.value);
    case Step::Group:
        return u"become group %1"_s.arg(fault.value);
    case Step::User:
        return u"become user %1"_s.arg(fault.value);
    case Step::None:
    case Step::Directory:
    case Step::Search:
    case Step::Execute:
        break;
    }
    return {};
}

} // namespace

LaunchFailure LaunchFailure::of(
    const ChildFault &fault, const QString &program, const QString &searchPath)
{
    const QString error = qt_error_string(fault.error);
    LaunchFailure failure{.detail = {}, .step = codeOf(fault.step), .error = fault.error};
    switch (fault.step) {
    case Step::Directory:
        failure.detail = u"chdir: "_s + error;
        break;
    case Step::Execute:
        failure.detail = u"execve: "_s + error;
        break;
    case Step::Search:
        failure.detail = u"no program %1 in PATH (%2)"_s.arg(quoted(program),
            searchPath.isEmpty() ? QString::fromLatin1(defaultSearchPath) : searchPath);
        break;
    default:
        failure.detail = u"cannot %1: %2"_s.arg(actionOf(fault), error);
        break;
    }
    return failure;
}

bool LaunchFailure::isPassing() const
{
    return error == ETXTBSY;
}

} // namespace semper
