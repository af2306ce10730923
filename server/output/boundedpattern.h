// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QRegularExpression>
#include <QString>

#include <optional>

namespace semper {

/// A regular expression of the configuration that gives up after so many steps, as if it did not
/// match. Any thread.
class SEMPER_SERVER_EXPORT BoundedPattern
{
public:
    /// Nothing for an empty pattern, and for one that is none.
    [[nodiscard]] static std::optional<BoundedPattern> make(const QString &pattern, int mostSteps);

    /// Matches anywhere in \a text, UTF-8. "$" matches before the line ends at its end too, be they
    /// "\n" or "\r\n".
    [[nodiscard]] bool matches(const QByteArray &text) const;

private:
    explicit BoundedPattern(QRegularExpression expression);

    QRegularExpression m_expression;
};

} // namespace semper
