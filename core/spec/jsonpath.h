// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringView>

namespace semper {

/// A place in a JSON document: "$.services["a.b"].processes[2]". A value; key() and index() give
/// the places below it.
class SEMPER_CORE_EXPORT JsonPath
{
public:
    /// The document itself: "$".
    JsonPath() = default;

    [[nodiscard]] JsonPath key(const QString &name) const;
    [[nodiscard]] JsonPath index(qsizetype position) const;
    [[nodiscard]] QString toString() const { return m_text; }

private:
    explicit JsonPath(QString text);

    QString m_text = QStringLiteral("$");
};

/// \a text in double quotes as JSON writes it, cut short where it is long: for messages.
[[nodiscard]] SEMPER_CORE_EXPORT QString quoted(QStringView text);

} // namespace semper
