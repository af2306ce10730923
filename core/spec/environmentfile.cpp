// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/environmentfile.h"

#include "files/trustedpath.h"
#include "spec/jsonpath.h"
#include "spec/variablename.h"

#include <QFile>
#include <QRegularExpression>
#include <QStringDecoder>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Reads the text of an environment file from its begin to its end. No message has any of a value
/// in it, nor of a line that is none: it may be a secret.
class EnvironmentText
{
public:
    explicit EnvironmentText(const QString &text)
        : m_text(text)
    { }

    [[nodiscard]] EnvironmentResult read()
    {
        while (m_at < m_text.size()) {
            const int line = m_line;
            if (const auto fault = takeEntry())
                return u"line %1: %2"_s.arg(line).arg(*fault);
        }
        return m_variables;
    }

private:
    /// The rest of the line, and moves to the next one.
    QStringView takeLine()
    {
        const qsizetype end = m_text.indexOf(u'\n', m_at);
        const QStringView line
            = QStringView(m_text).sliced(m_at, (end < 0 ? m_text.size() : end) - m_at);
        m_at = end < 0 ? m_text.size() : end + 1;
        ++m_line;
        return line;
    }

    /// What is wrong with the line, or the lines, that begin here.
    std::optional<QString> takeEntry()
    {
        const qsizetype begin = m_at;
        const QStringView line = takeLine();
        const QStringView bare = line.trimmed();
        if (bare.isEmpty() || bare.startsWith(u'#'))
            return std::nullopt;
        const qsizetype sign = line.indexOf(u'=');
        if (sign < 0)
            return u"must be NAME=VALUE"_s;
        const QString name = withoutExport(line.first(sign).trimmed()).toString();
        if (const auto fault = faultOf(name))
            return fault;
        const QStringView value = line.sliced(sign + 1).trimmed();
        if (!value.startsWith(u'"') && !value.startsWith(u'\'')) {
            m_variables.insert(name, value.toString());
            return std::nullopt;
        }
        // Back to the quote: its value may go on over more lines.
        m_at = m_text.indexOf(value.front(), begin + sign + 1);
        --m_line;
        return takeQuoted(name);
    }

    std::optional<QString> takeQuoted(const QString &name)
    {
        const qsizetype end = m_text.indexOf(m_text.at(m_at), m_at + 1);
        if (end < 0)
            return u"the quote of the value of %1 is never closed"_s.arg(quoted(name));
        QString value = m_text.sliced(m_at + 1, end - m_at - 1);
        m_line += int(value.count(u'\n'));
        m_at = end + 1;
        const QStringView rest = takeLine();
        const QStringView comment = rest.trimmed();
        if (!comment.isEmpty() && !(rest.front().isSpace() && comment.startsWith(u'#')))
            return u"behind the quoted value of %1 there is more than a comment"_s.arg(
                quoted(name));
        m_variables.insert(name, value.replace(u"\r\n"_s, u"\n"_s));
        return std::nullopt;
    }

    static QStringView withoutExport(QStringView name)
    {
        constexpr QStringView word = u"export";
        return name.startsWith(word) && name.size() > word.size() && name.at(word.size()).isSpace()
            ? name.sliced(word.size()).trimmed()
            : name;
    }

    [[nodiscard]] std::optional<QString> faultOf(const QString &name) const
    {
        // Whatever else stands before a sign may be part of a secret.
        static const QRegularExpression form(u"^[A-Za-z0-9_.-]{0,100}$"_s);
        if (!form.match(name).hasMatch())
            return u"must be NAME=VALUE"_s;
        if (const auto fault = variableFault(name))
            return u"%1 %2"_s.arg(quoted(name), *fault);
        if (m_variables.contains(name))
            return u"%1 is there twice"_s.arg(quoted(name));
        return std::nullopt;
    }

    const QString &m_text;
    qsizetype m_at = 0;
    int m_line = 1;
    QMap<QString, QString> m_variables;
};

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
    return EnvironmentText(decoded).read();
}

EnvironmentBytes readEnvironmentBytes(const QString &path, std::optional<uid_t> owner)
{
    const int descriptor
        = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return qt_error_string(errno);
    QFile file;
    struct stat status = {};
    if (!file.open(descriptor, QIODevice::ReadOnly, QFile::AutoCloseHandle)
        || ::fstat(descriptor, &status) != 0)
        return qt_error_string(errno);
    if (!S_ISREG(status.st_mode))
        return u"is no regular file"_s;
    if (::geteuid() == 0)
        if (const auto reason = distrust(status, path, owner))
            return *reason + remedyForDistrust();
    // One byte more than is allowed is enough to be refused for its size.
    const QByteArray bytes = file.read(maximumEnvironmentFileBytes + 1);
    if (file.error() != QFileDevice::NoError)
        return file.errorString();
    if (bytes.size() > maximumEnvironmentFileBytes)
        return u"is larger than %1 bytes"_s.arg(maximumEnvironmentFileBytes);
    return bytes;
}

EnvironmentResult parseEnvironmentFile(const QString &path, const EnvironmentBytes &bytes)
{
    const auto refuse
        = [&path](const QString &why) { return u"environment_file %1: %2"_s.arg(path, why); };
    if (const auto *problem = std::get_if<QString>(&bytes))
        return refuse(*problem);
    EnvironmentResult result = parseEnvironment(std::get<QByteArray>(bytes));
    if (const auto *fault = std::get_if<QString>(&result))
        return refuse(*fault);
    return result;
}

EnvironmentResult readEnvironmentFile(const QString &path, std::optional<uid_t> owner)
{
    return parseEnvironmentFile(path, readEnvironmentBytes(path, owner));
}

} // namespace semper
