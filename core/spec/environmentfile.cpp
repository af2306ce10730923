// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/environmentfile.h"

#include "protocol/trustedpath.h"
#include "spec/jsonpath.h"
#include "spec/variablename.h"

#include <QFile>
#include <QStringDecoder>

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// The value without its quotes; nothing where they do not fit.
std::optional<QString> unquoted(const QString &value)
{
    const bool opens = value.startsWith(u'"') || value.startsWith(u'\'');
    if (!opens)
        return value;
    const qsizetype closing = value.indexOf(value.front(), 1);
    if (closing != value.size() - 1)
        return std::nullopt;
    return value.sliced(1, value.size() - 2);
}

/// What is wrong with \a line, or nothing; what it says goes into \a variables.
std::optional<QString> takeLine(const QString &line, QMap<QString, QString> &variables)
{
    if (line.isEmpty() || line.startsWith(u'#'))
        return std::nullopt;
    const qsizetype sign = line.indexOf(u'=');
    if (sign < 0)
        return u"must be NAME=VALUE, not %1"_s.arg(quoted(line));
    const QString name = line.first(sign).trimmed();
    const bool hasBlank = std::ranges::any_of(name, [](QChar it) { return it.isSpace(); });
    const auto fault
        = hasBlank ? std::optional(u"is no name of a variable"_s) : variableFault(name);
    if (fault)
        return u"%1 %2"_s.arg(quoted(name), *fault);
    if (variables.contains(name))
        return u"%1 is there twice"_s.arg(quoted(name));
    const auto value = unquoted(line.sliced(sign + 1).trimmed());
    if (!value)
        return u"the value of %1 has a quote that does not end it"_s.arg(quoted(name));
    variables.insert(name, *value);
    return std::nullopt;
}

/// A file of \a owner may stand where only \a owner could have put it. One of root's has to stand
/// where only root could, or a link of theirs would have the server read for them what only root
/// may.
std::optional<QString> distrust(
    const struct stat &status, const QString &path, std::optional<uid_t> owner)
{
    const bool isOwners = owner && status.st_uid == *owner;
    return distrustOfPath(path, isOwners ? owner : std::nullopt);
}

} // namespace

EnvironmentResult parseEnvironment(const QByteArray &text)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString decoded = decoder(text);
    if (decoder.hasError())
        return u"is not UTF-8"_s;
    if (decoded.contains(QChar(0)))
        return u"must not contain a NUL character"_s;
    QMap<QString, QString> variables;
    int number = 0;
    for (const QString &line : decoded.split(u'\n')) {
        ++number;
        if (const auto fault = takeLine(line.trimmed(), variables))
            return u"line %1: %2"_s.arg(number).arg(*fault);
    }
    return variables;
}

EnvironmentResult readEnvironmentFile(const QString &path, std::optional<uid_t> owner)
{
    const auto refuse
        = [&path](const QString &why) { return u"environment_file %1: %2"_s.arg(path, why); };
    const int descriptor
        = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return refuse(qt_error_string(errno));
    QFile file;
    struct stat status = {};
    if (!file.open(descriptor, QIODevice::ReadOnly, QFile::AutoCloseHandle)
        || ::fstat(descriptor, &status) != 0)
        return refuse(qt_error_string(errno));
    if (!S_ISREG(status.st_mode))
        return refuse(u"is no regular file"_s);
    if (::geteuid() == 0)
        if (const auto reason = distrust(status, path, owner))
            return refuse(*reason + remedyForDistrust());
    // One byte more than is allowed is enough to be refused for its size.
    const QByteArray bytes = file.read(maximumEnvironmentFileBytes + 1);
    if (file.error() != QFileDevice::NoError)
        return refuse(file.errorString());
    if (bytes.size() > maximumEnvironmentFileBytes)
        return refuse(u"is larger than %1 bytes"_s.arg(maximumEnvironmentFileBytes));
    EnvironmentResult result = parseEnvironment(bytes);
    if (const auto *fault = std::get_if<QString>(&result))
        return refuse(*fault);
    return result;
}

} // namespace semper
