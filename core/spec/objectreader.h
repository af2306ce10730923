// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/configerror.h"
#include "spec/jsonpath.h"
#include "spec/vocabulary.h"

#include <QJsonArray>
#include <QJsonObject>

#include <chrono>
#include <optional>

namespace semper {

/// Typed access to the fields of one JSON object of a configuration. What is wrong is added to a
/// list, with its path, and reading goes on. Every getter returns nothing for a key that is
/// absent, too, so that the default of the struct stays.
class ObjectReader
{
public:
    /// Complains at once of every key that \a keys does not know.
    ObjectReader(
        const QJsonObject &object, JsonPath path, const Vocabulary &keys, ConfigErrors &errors);
    /// For objects whose keys are names that the user chooses.
    ObjectReader(const QJsonObject &object, JsonPath path, ConfigErrors &errors);

    [[nodiscard]] bool has(const QString &key) const { return m_object.contains(key); }
    [[nodiscard]] bool isNull(const QString &key) const { return m_object.value(key).isNull(); }
    [[nodiscard]] bool isText(const QString &key) const { return m_object.value(key).isString(); }
    [[nodiscard]] bool isObject(const QString &key) const { return m_object.value(key).isObject(); }
    [[nodiscard]] QJsonValue value(const QString &key) const { return m_object.value(key); }
    [[nodiscard]] QStringList keys() const { return m_object.keys(); }
    [[nodiscard]] JsonPath at(const QString &key) const { return m_path.key(key); }
    [[nodiscard]] ConfigErrors &errors() const { return m_errors; }

    void complain(const QString &message) const;
    void complainOf(const QString &key, const QString &message) const;
    /// Complains of the object where \a key is absent.
    void require(const QString &key) const;

    [[nodiscard]] std::optional<QJsonObject> object(const QString &key) const;
    [[nodiscard]] std::optional<QJsonArray> array(const QString &key) const;
    [[nodiscard]] std::optional<bool> boolean(const QString &key) const;
    /// Without NUL; empty only where \a mayBeEmpty.
    [[nodiscard]] std::optional<QString> text(const QString &key, bool mayBeEmpty = false) const;
    /// A list of texts, each like text().
    [[nodiscard]] std::optional<QStringList> texts(
        const QString &key, bool mayBeEmpty = false) const;
    /// One of the known words of \a words. \a kind names what they are: "policy".
    [[nodiscard]] std::optional<QString> word(
        const QString &key, const QString &kind, const Vocabulary &words) const;
    [[nodiscard]] std::optional<int> integer(const QString &key, int least, int most) const;
    [[nodiscard]] std::optional<double> number(const QString &key, double least, double most) const;
    /// \a kind says in a complaint what it must be: "a whole number".
    [[nodiscard]] std::optional<qint64> whole(
        const QString &key, qint64 least, qint64 most, const QString &kind) const;
    /// A whole number of milliseconds, at most a year.
    [[nodiscard]] std::optional<std::chrono::milliseconds> duration(
        const QString &key, std::chrono::milliseconds least) const;

private:
    QJsonObject m_object;
    JsonPath m_path;
    ConfigErrors &m_errors;
};

/// The fault of \a value in a message: "\"abc\"", "-5", "a list".
[[nodiscard]] QString described(const QJsonValue &value);

} // namespace semper
